import Contract
import StorageKit

/// Asks somebody who is signed in for the account's password again, before what must not be done by whoever finds the
/// device unlocked.
struct ConfirmPassword: Sendable {
  let database: ServiceDatabase
  let hashing: PasswordHashing
  let limits: GuessLimits

  /// Throws ``AccountsError/wrongPassword``, ``AccountsError/tooManyAttempts(_:)``, or a 422 ``Problem`` naming
  /// `field`, which the password was sent in.
  func callAsFunction(
    _ text: String, field: String = "password", of account: AccountID, before deadline: Deadline
  ) async throws {
    var errors = FieldErrors()
    let password = errors.check(field) { () throws(UnacceptableValue) in try Password(given: text) }
    guard let password else { throw errors.problem ?? .internalError }
    guard let hash = try database.read({ try AccountStore.passwordHash(of: account, in: $0) }) else {
      throw AccountsError.signedOut
    }
    let isRight: Bool? = try await limits.confirm(account, before: deadline) {
      try await hashing.check(password, against: hash, before: deadline) ? true : nil
    }
    guard isRight != nil else { throw AccountsError.wrongPassword }
  }
}
