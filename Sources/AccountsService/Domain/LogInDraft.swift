import AccountsAPI
import Contract

/// A log-in that can be tried.
struct LogInDraft: Sendable {
  static let deviceNameMaximum = 100

  /// Nil where the text cannot be anybody's address; the log-in then fails as any wrong one does.
  let email: EmailAddress?
  /// By what wrong passwords are counted.
  let attemptKey: String
  let password: Password
  let device: Device

  /// Throws a 422 ``Problem`` naming every field that is out of bounds.
  init(_ request: LogIn) throws {
    var errors = FieldErrors()
    let password = errors.check("password") { () throws(UnacceptableValue) in try Password(given: request.password) }
    let deviceName = errors.check("device.name") { () throws(UnacceptableValue) in
      try Wording.name(request.device.name, maximum: Self.deviceNameMaximum)
    }
    if request.email.utf8.count > 4 * EmailAddress.maximumBytes {
      errors.note("email", "is longer than \(EmailAddress.maximumBytes) bytes")
    }
    guard let password, let deviceName, errors.problem == nil else { throw errors.problem ?? .internalError }
    email = try? EmailAddress(request.email)
    attemptKey = email?.key ?? request.email
    self.password = password
    device = Device(name: deviceName, kind: request.device.kind)
  }
}
