import AccountsAPI
import ClientKit
import Contract
import EventKit
import StorageKit

/// Forgets an account: its rows are gone when this returns, and everybody else is told in the same transaction.
struct AccountErasure: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let confirm: ConfirmPassword
  let idempotency: IdempotencyStore
  /// Where mails are files; nil where a mail server took them.
  let mailbox: MailboxFolder?
  let clock: WallClock

  /// Throws ``AccountsError/wrongPassword`` where `password` is not the account's.
  func callAsFunction(
    _ account: AccountID, password: String, deadline: Deadline, trace: TraceContext
  ) async throws {
    try await confirm(password, of: account, before: deadline)
    let now = clock.now()
    try await database.write { db in try erase(account, now: now, trace: trace, in: db) }
    try mailbox?.forget(owner: account.description)
  }

  /// What a kill between the commit and the mailbox has left.
  func finish() throws {
    guard let mailbox else { return }
    let owners = try mailbox.owners()
    try database.read { db in
      try ErasureStore.forEach(in: db) { erased in
        let owner = erased.accountId.description
        if owners.contains(owner) { try mailbox.forget(owner: owner) }
      }
    }
  }

  private func erase(_ account: AccountID, now: Timestamp, trace: TraceContext, in db: SQLSession) throws {
    // Sent twice at once, the second finds nothing.
    guard try AccountStore.account(account, in: db) != nil else { throw AccountsError.signedOut }
    let subject = account.description
    for session in try ErasureStore.loginSessions(of: account, in: db) {
      try outbox.append(
        LoginSessionEnded(loginSessionId: session, accountId: account, reason: .signedOut), subject: subject, in: db,
        trace: trace)
    }
    let profiles = try ErasureStore.profiles(of: account, in: db)
    for profile in profiles {
      try outbox.append(
        ProfileDeleted(profileId: profile, accountId: account), subject: profile.description, in: db, trace: trace)
    }
    let erased = AccountErased(accountId: account, profileIds: profiles, at: now)
    try outbox.append(erased, subject: subject, in: db, trace: trace)
    for id in [subject] + profiles.map(\.description) { try idempotency.forget(mentioning: id, in: db) }
    try ErasureStore.erase(erased, in: db)
    db.truncateLogAfterCommit()
  }
}
