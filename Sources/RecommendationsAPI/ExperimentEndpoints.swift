package import Contract

/// Which order of pages is better, found out on those who watch.
package enum ExperimentEndpoints {
  package static let start = Endpoint<Empty, NewExperiment, Experiment>(
    "recommendations.startExperiment", .post, "/v1/studio/experiments", access: .operator, status: 201,
    summary: "Begin to compare ways of ordering pages; one experiment runs at a time.")

  package static let list = Endpoint<PageQuery, Empty, Page<Experiment>>(
    "recommendations.experiments", .get, "/v1/studio/experiments", access: .operator,
    summary: "The experiments, the latest first.")

  package static let experiment = Endpoint<ExperimentPath, Empty, ExperimentReport>(
    "recommendations.experiment", .get, "/v1/studio/experiments/{experiment}", access: .operator,
    summary: "An experiment with what it has shown so far.")

  package static let end = Endpoint<ExperimentPath, Empty, Experiment>(
    "recommendations.endExperiment", .delete, "/v1/studio/experiments/{experiment}", access: .operator,
    summary: "End an experiment; what it has shown stays.")

  package static let replay = Endpoint<ReplayQuery, Empty, ReplayReport>(
    "recommendations.replay", .get, "/v1/studio/replay", access: .operator,
    summary: "What other policies would have been worth, from what was shown by chance.")
}

package struct ExperimentPath: Codable, Sendable {
  package var experiment: ExperimentID

  package init(experiment: ExperimentID) {
    self.experiment = experiment
  }
}

package struct ReplayQuery: Codable, Sendable {
  /// So many days back; 30 where nothing is said.
  package var days: Int?

  package init(days: Int? = nil) {
    self.days = days
  }
}
