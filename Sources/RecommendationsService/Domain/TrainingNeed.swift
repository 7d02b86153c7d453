import Contract
import RecommendationsAPI

/// When to train; what of it may serve is in ``Admission``.
struct TrainingBounds: Sendable, Hashable {
  /// What changed is learnt from at the latest after so long.
  var intervalSeconds = 600.0
  /// Between the end of one training and the start of the next.
  var pauseSeconds = 10.0
  /// So much of the labels changed is reason enough.
  var changedShare = 0.01
  /// Of fewer profiles nothing can be learnt.
  var profilesMinimum = 20
  /// A model whose held-out NDCG@100 is lower by more than this share is refused.
  var dropMaximum = 0.02
  /// A model that served for longer refuses no other, and that it was ahead of its rival says nothing any more: what
  /// people watch has moved on, and so has what can be reached.
  var patienceHours = 24.0

  /// Of fewer held-out profiles the mean says too little to refuse anything.
  static let heldOutMinimum = 50
  /// A training leaves at least that many times its own duration to everything else.
  static let restFactor = 4.0
}

/// What was known of the newest training.
struct PastTraining: Sendable, Hashable {
  var endedAt: Timestamp
  var durationSeconds: Double
  /// Where things stood when it read them.
  var progress: LearningStore.Progress
  var interactions: Int
}

extension TrainingBounds {
  /// Why to train now; nil where nothing calls for it yet.
  func cause(
    _ progress: LearningStore.Progress, since past: PastTraining?, at now: Timestamp
  ) -> ModelVersion.Cause? {
    guard let past else { return progress.changes > 0 ? .first : nil }
    // A clock that was set back must not end all training.
    let age = abs(now.seconds(since: past.endedAt))
    guard age >= pauseSeconds else { return nil }
    if progress.erasures != past.progress.erasures { return .erasure }
    guard age >= past.durationSeconds * Self.restFactor else { return nil }
    if progress.catalogue != past.progress.catalogue { return .titles }
    let changed = progress.changes - past.progress.changes
    guard changed != 0 else { return nil }
    if Double(changed) >= changedShare * Double(past.interactions) { return .interactions }
    return age >= intervalSeconds ? .age : nil
  }
}
