package import Contract

/// A model that was trained.
package struct ModelVersion: Codable, Sendable, Hashable {
  package enum State: String, Codable, Sendable, CaseIterable {
    /// Served, or can be pinned to serve.
    case published
    /// Trained, but worse than the one before.
    case refused
    /// Its file cannot be read.
    case damaged
    /// Its file was removed: too old, or it had learnt from a profile that is erased.
    case removed
  }

  /// Why it was trained.
  package enum Cause: String, Codable, Sendable, CaseIterable { case first, erasure, interactions, titles, age, asked }

  package var version: Int
  package var state: State
  package var cause: Cause
  package var trainedAt: Timestamp
  package var profiles: Int
  package var titles: Int
  package var interactions: Int
  /// On profiles that were held out of training.
  package var ndcgAt100: Double
  package var heldOutProfiles: Int
  package var trainingCpuSeconds: Double

  package init(
    version: Int, state: State, cause: Cause, trainedAt: Timestamp, profiles: Int, titles: Int, interactions: Int,
    ndcgAt100: Double, heldOutProfiles: Int, trainingCpuSeconds: Double
  ) {
    self.version = version
    self.state = state
    self.cause = cause
    self.trainedAt = trainedAt
    self.profiles = profiles
    self.titles = titles
    self.interactions = interactions
    self.ndcgAt100 = ndcgAt100
    self.heldOutProfiles = heldOutProfiles
    self.trainingCpuSeconds = trainingCpuSeconds
  }
}
