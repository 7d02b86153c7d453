import AccountsAPI
import Contract
import SecurityKit
import StorageKit

/// Sets a new password for somebody who knows the present one.
struct ChangePassword: Sendable {
  let database: ServiceDatabase
  let sessions: LoginSessions
  let outgoing: OutgoingMail
  let hashing: PasswordHashing
  let confirm: ConfirmPassword
  let clock: WallClock

  /// Signs all other devices out, and ends what links and changes of address somebody else may have asked for.
  func callAsFunction(
    _ change: PasswordChange, of account: AccountID, current session: LoginSessionID?, deadline: Deadline,
    trace: TraceContext
  ) async throws {
    guard let addressed = try database.read({ try AccountStore.addressed(account, in: $0) }) else {
      throw AccountsError.signedOut
    }
    let password = try Password.draft(change.newPassword, in: "newPassword", email: addressed.address)
    guard let kept = try database.read({ try AccountStore.passwordHash(of: account, in: $0) }) else {
      throw AccountsError.signedOut
    }
    try await confirm(change.currentPassword, field: "currentPassword", of: account, before: deadline)
    let hash = try await hashing.hash(password, for: addressed.address, before: deadline)
    let now = clock.now()
    try await database.write { db in
      // Changed by another device in the meantime.
      guard try AccountStore.replaceHash(of: account, kept, with: hash, in: db),
        let addressed = try AccountStore.addressed(account, in: db)
      else { throw AccountsError.wrongPassword }
      try LinkStore.deleteAll(
        of: account, for: [.passwordReset, .addressChange, .addressChangeConsent], in: db)
      try MailStore.deleteAll(of: account, kinds: [.addressChange, .addressChangeConsent], in: db)
      try AddressStore.deletePending(of: account, in: db)
      try sessions.endAll(of: account, besides: session, now: now, trace: trace, in: db)
      if addressed.isVerified {
        try outgoing.queue(.passwordChanged, to: addressed.address.text, of: account, now: now, in: db)
      }
    }
  }
}
