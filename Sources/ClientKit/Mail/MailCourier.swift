/// Takes a message and sees to it that somebody else has it.
package protocol MailCourier: Sendable {
  /// Returns once the message is in other hands: a server has accepted it, or a folder holds it. Throws ``MailError``.
  func send(_ message: MailMessage) async throws

  /// Ends what is under way; later messages are refused.
  func stop()
}

/// Why a message is not in other hands, or may not be.
package enum MailError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No server was reached, or none that may be trusted: the next message will fare no better.
  case unreachable(String)
  /// The server answered 4xx: later it may take the message.
  case refusedForNow(code: Int)
  /// The server answered 5xx: it will not take the message as it is.
  case refused(code: Int)
  /// The connection ended in the middle: the server may have the message or not.
  case interrupted(String)
  /// An address or a header that would break the message.
  case unsendable(String)

  package var description: String {
    switch self {
    case .unreachable(let reason): "no mail server is reached: \(reason)"
    case .refusedForNow(let code): "the mail server refuses for now (\(code))"
    case .refused(let code): "the mail server refuses (\(code))"
    case .interrupted(let reason): "the mail server went away: \(reason)"
    case .unsendable(let reason): "the message cannot be sent: \(reason)"
    }
  }
}
