package import Contract

/// Why playback refuses.
package enum PlaybackError: Error, Sendable, Equatable {
  /// Unknown, above the profile's maturity limit, or not for its time and place: not told apart.
  case titleNotFound
  /// Known and suitable, but no film file has been encoded for it.
  case notPlayable
  case tooManyStreams(limit: Int)
  /// Unknown, or another account's: not told apart.
  case sessionNotFound
  case positionOutside(durationSeconds: Double)
  case fieldOutOfBounds(field: String, message: String)
  case cursorMalformed
  case listFull(maximum: Int)
  case tooManyRatings(maximum: Int)
  /// The asset is not encrypted, or not with that key: not told apart.
  case contentKeyNotFound
  case keySessionEnded
  /// The asset's key was made for another scheme.
  case encryptedOtherwise(EncryptionScheme)
}

extension PlaybackError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .titleNotFound:
      .notFound("There is no such title.")
    case .notPlayable:
      Problem(
        "not-playable", status: 409, title: "Not playable yet",
        detail: "The title is known, but there is nothing to play for it yet.")
    case .tooManyStreams(let limit):
      Problem(
        "too-many-streams", status: 409, title: "Too many streams at once",
        detail: "The account's plan allows \(limit) at once, and as many are playing. Stop one of them first.")
    case .sessionNotFound:
      .notFound("There is no such playback session.")
    case .positionOutside(let durationSeconds):
      .invalid(field: "positionSeconds", "must be between 0 and the programme's \(durationSeconds) seconds")
    case .fieldOutOfBounds(let field, let message):
      .invalid(field: field, message)
    case .cursorMalformed:
      .badRequest("is not a cursor of this list", field: "cursor")
    case .listFull(let maximum):
      Problem(
        "list-full", status: 409, title: "The list is full",
        detail: "A list holds at most \(maximum) titles. Take one off first.")
    case .tooManyRatings(let maximum):
      Problem(
        "too-many-ratings", status: 409, title: "No more thumbs",
        detail: "A profile gives thumbs to at most \(maximum) titles. Take some back first.")
    case .contentKeyNotFound:
      .notFound("There is no such key.")
    case .keySessionEnded:
      Problem(
        "session-ended", status: 403, title: "The playback session has ended",
        detail: "Keys are given while a session plays. Start playing again for a new one.")
    case .encryptedOtherwise(let scheme):
      .conflict("This asset has a key for \(scheme.rawValue) already.")
    }
  }
}
