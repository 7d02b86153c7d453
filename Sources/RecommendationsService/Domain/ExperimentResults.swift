import Contract
import RecommendationsAPI

/// What an experiment has shown. The unit is what was allocated: a profile of a comparison, a page of an interleaving.
enum ExperimentResults {
  static func comparison(
    _ experiment: Experiment, _ outcomes: [OutcomeReader.ProfileOutcome]
  ) -> ExperimentReport {
    let byArm = Dictionary(grouping: outcomes, by: \.arm)
    func rate(_ arm: Int, _ part: (OutcomeReader.ProfileOutcome) -> Int) -> Statistics.Mean? {
      let own = byArm[arm] ?? []
      let step = own.reduce(0) { $0 + 1 / Double(max(1, $1.impressions)) } / Double(max(1, own.count))
      return Statistics.Mean(own.map { Double(part($0)) / Double(max(1, $0.impressions)) }, step: step)
    }
    let first = rate(0, \.plays)
    let arms = experiment.arms.enumerated().map { index, arm in
      let own = byArm[index] ?? []
      let plays = rate(index, \.plays)
      return ExperimentReport.Arm(
        name: arm.name, profiles: own.count, pages: own.reduce(0) { $0 + $1.pages },
        impressions: own.reduce(0) { $0 + $1.impressions }, plays: own.reduce(0) { $0 + $1.plays },
        completions: own.reduce(0) { $0 + $1.completions }, playRate: plays?.estimate.within(0...1),
        completionRate: rate(index, \.completions)?.estimate.within(0...1),
        difference: index == 0 ? nil : first.flatMap { first in plays?.difference(to: first).within(-1...1) })
    }
    return ExperimentReport(experiment: experiment, arms: arms)
  }

  static func interleaving(_ experiment: Experiment, _ pages: [(own: Int, rival: Int)]) -> ExperimentReport {
    let wins = pages.count { $0.own > $0.rival }
    let losses = pages.count { $0.own < $0.rival }
    let ties = pages.count - wins - losses
    return ExperimentReport(
      experiment: experiment,
      preference: .init(
        wins: wins, losses: losses, ties: ties,
        preference: Statistics.share(Double(losses) + Double(ties) / 2, of: pages.count)))
  }
}
