package import Contract

/// A model that was trained.
package struct ModelVersion: Codable, Sendable, Hashable {
  package enum State: String, Codable, Sendable, CaseIterable {
    /// Served, or can be pinned to serve.
    case published
    /// Trained, but worse than the one before.
    case refused
    /// Not shown to be ahead of what needs no training, or too long ago: it serves only while it is pinned.
    case notAhead
    /// Its file cannot be read.
    case damaged
    /// Its file is of another version of this program, which alone can read it.
    case otherFormat
    /// Its file was removed: too old, or it had learnt from a profile that is erased.
    case removed
  }

  /// Why it was trained.
  package enum Cause: String, Codable, Sendable, CaseIterable {
    case first, erasure, interactions, titles, age, asked
    /// The one before cannot be read by this version of the program.
    case format
  }

  /// The best of what needs no training, on the same held-out profiles.
  package struct Rival: Codable, Sendable, Hashable {
    package var ranker: RankerKind
    package var ndcgAt100: Double
    /// Of the model over the rival in NDCG@100: the mean of the differences, one for each profile.
    package var lead: Double
    /// Of that mean.
    package var leadStandardError: Double

    package init(ranker: RankerKind, ndcgAt100: Double, lead: Double, leadStandardError: Double) {
      self.ranker = ranker
      self.ndcgAt100 = ndcgAt100
      self.lead = lead
      self.leadStandardError = leadStandardError
    }
  }

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
  /// Nil where too few profiles could be held out, and for a model of before rivals were judged.
  package var rival: Rival?
  /// When it was shown to be ahead of the rival, or that in whose place an erasure put it; nil where neither ever was.
  package var aheadAt: Timestamp?
  package var trainingCpuSeconds: Double

  package init(
    version: Int, state: State, cause: Cause, trainedAt: Timestamp, profiles: Int, titles: Int, interactions: Int,
    ndcgAt100: Double, heldOutProfiles: Int, rival: Rival? = nil, aheadAt: Timestamp? = nil, trainingCpuSeconds: Double
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
    self.rival = rival
    self.aheadAt = aheadAt
    self.trainingCpuSeconds = trainingCpuSeconds
  }
}
