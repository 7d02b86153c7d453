package import Contract

/// What operators see of models and do about them.
package enum ModelEndpoints {
  package static let models = Endpoint<Empty, Empty, ModelList>(
    "recommendations.models", .get, "/v1/studio/models", access: .operator,
    summary: "The models that were trained, the latest first, and which one serves.")

  package static let pin = Endpoint<Empty, ModelPin, ModelList>(
    "recommendations.pinModel", .put, "/v1/studio/models/pin", access: .operator,
    summary: "Have an earlier model serve until it is released, whatever is trained meanwhile.")

  package static let release = Endpoint<Empty, Empty, ModelList>(
    "recommendations.releaseModel", .delete, "/v1/studio/models/pin", access: .operator,
    summary: "Let the newest good model serve again.")

  package static let train = Endpoint<Empty, Empty, Empty>(
    "recommendations.train", .post, "/v1/studio/models/trainings", access: .operator, status: 202,
    summary: "Train a model now, due or not; it is in the list when it is done.")
}

package struct ModelPin: Codable, Sendable {
  package var version: Int

  package init(version: Int) {
    self.version = version
  }
}

package struct ModelList: Codable, Sendable {
  /// Absent while rows come without a model.
  package var serving: Int?
  package var pinned: Int?
  package var items: [ModelVersion]

  package init(serving: Int?, pinned: Int?, items: [ModelVersion]) {
    self.serving = serving
    self.pinned = pinned
    self.items = items
  }
}
