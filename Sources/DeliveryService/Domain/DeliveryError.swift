package import Contract

/// Why delivery gives no bytes.
package enum DeliveryError: Error, Sendable, Equatable {
  /// No such file, or an address that is not written the one canonical way.
  case fileNotFound
  /// The session of this address has ended.
  case sessionEnded
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
    case .notSignedIn: .unauthenticated("Sign in to see this picture.")
    }
  }
}
