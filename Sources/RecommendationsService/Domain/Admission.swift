import Contract
import RecommendationsAPI

/// What becomes of a trained model: it serves only where people who were held out show that it is worth it.
enum Admission: Sendable, Hashable {
  /// It serves; `aheadAt` is when it, or the one it takes over from, was shown to be ahead.
  case serves(aheadAt: Timestamp)
  /// Worse than the one that serves, which goes on.
  case refused
  /// Not shown to be ahead of what needs no training; what serves goes on.
  case notAhead
  /// The same, and what serves was shown to be ahead too long ago: rows come without a model from now on.
  case withdrawsServing
}

extension TrainingBounds {
  /// So many standard errors have to lie between a model's lead and nothing. With one alone, one training in six would
  /// show a model ahead that is not, and there is a training every few minutes.
  static let leadErrorsMinimum = 2.0

  /// Whether the model beat the best of what needs no training on the same held-out profiles, by more than chance
  /// explains. Where there were too few to hold any out nothing is shown.
  static func isAhead(_ version: ModelVersion) -> Bool {
    guard let rival = version.rival else { return false }
    return rival.lead > leadErrorsMinimum * rival.leadStandardError
  }

  /// `serving` is the newest model that may serve, nil where there is none.
  func admission(of new: ModelVersion, insteadOf serving: ModelVersion?, at now: Timestamp) -> Admission {
    if Self.isAhead(new) {
      return refuses(new, insteadOf: serving, at: now) ? .refused : .serves(aheadAt: new.trainedAt)
    }
    guard let serving else { return .notAhead }
    guard let aheadAt = serving.aheadAt, now.seconds(since: aheadAt) < patienceHours * 3600 else {
      return .withdrawsServing
    }
    // One who leaves does not take the model along: what was shown of it a while ago holds for it without them.
    return new.cause == .erasure ? .serves(aheadAt: aheadAt) : .notAhead
  }

  /// Whether `new` is too much worse than what serves. What an erasure asked for is not: the one before knows of a
  /// profile that is to be forgotten.
  private func refuses(_ new: ModelVersion, insteadOf serving: ModelVersion?, at now: Timestamp) -> Bool {
    guard let serving, new.cause != .erasure else { return false }
    guard min(new.heldOutProfiles, serving.heldOutProfiles) >= Self.heldOutMinimum else { return false }
    guard now.seconds(since: serving.trainedAt) < patienceHours * 3600 else { return false }
    return new.ndcgAt100 < serving.ndcgAt100 * (1 - dropMaximum)
  }
}
