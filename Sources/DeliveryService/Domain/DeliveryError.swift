package import Contract

/// Why delivery gives no bytes.
package enum DeliveryError: Error, Sendable, Equatable {
  /// No such file, or an address that is not written the one canonical way.
  case fileNotFound
  /// The session of this address has ended.
  case sessionEnded
  /// Sharper pictures than the session was opened for.
  case heightNotGranted(maxHeight: Int)
  /// Longer than any manifest of ours.
  case manifestTooLong
  case notSignedIn
}

extension DeliveryError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .fileNotFound: .notFound("There is no such file.")
    case .sessionEnded:
      Problem(
        "session-ended", status: 403, title: "The playback session has ended",
        detail: "This media address stopped working when its session ended. Start playing again for a new one.")
    case .heightNotGranted(let maxHeight):
      Problem(
        "height-not-granted", status: 403, title: "Not in this quality",
        detail: "This session was opened for pictures of up to \(maxHeight) lines.")
    case .manifestTooLong: .internalError
    case .notSignedIn: .unauthenticated("Sign in to see this picture.")
    }
  }
}
