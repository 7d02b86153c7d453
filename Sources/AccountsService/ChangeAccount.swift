import AccountsAPI
import Contract
import EventKit
import StorageKit

/// Changes what an account says of its owner, and begins a change of address.
struct ChangeAccount: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let outgoing: OutgoingMail
  let confirm: ConfirmPassword
  let clock: WallClock

  /// The account as it is afterwards. An address is only noted: links go to both ends, and it changes when both have
  /// been used. The answer is the same whether another account has it or not.
  func callAsFunction(
    _ draft: AccountChangeDraft, of account: AccountID, deadline: Deadline, trace: TraceContext
  ) async throws -> Account {
    let now = clock.now()
    if let email = draft.email {
      try await confirm(email.currentPassword, field: "currentPassword", of: account, before: deadline)
      try outgoing.cause(to: email.address)
    }
    return try await database.write { db in
      guard let present = try AccountStore.account(account, in: db) else { throw AccountsError.signedOut }
      let country = draft.country ?? present.country
      try AccountStore.update(account, displayName: draft.displayName ?? present.displayName, country: country, in: db)
      if country != present.country {
        try outbox.append(
          AccountChanged(accountId: account, country: country), of: account, subject: account.description, in: db,
          trace: trace)
      }
      if let email = draft.email { try begin(email.address, of: account, now: now, in: db) }
      guard let changed = try AccountStore.account(account, in: db) else { throw AccountsError.signedOut }
      return changed
    }
  }

  /// Takes the place of a change that was begun before; to the present address, it only ends that.
  private func begin(_ address: EmailAddress, of account: AccountID, now: Timestamp, in db: SQLSession) throws {
    guard let present = try AccountStore.addressed(account, in: db) else { throw AccountsError.signedOut }
    try LinkStore.deleteAll(of: account, for: [.addressChange, .addressChangeConsent], in: db)
    try MailStore.deleteAll(of: account, kinds: [.addressChange, .addressChangeConsent], in: db)
    guard address.text != present.address.text else {
      return try AddressStore.deletePending(of: account, in: db)
    }
    // An address that was never proved has no say: its owner may be somebody else, or nobody, after a slip.
    try AddressStore.putPending(
      PendingAddress(address: address, isProved: false, isAgreed: !present.isVerified), of: account,
      expires: now.adding(seconds: Double(outgoing.settings.addressLinkHours) * 3600), in: db)
    try outgoing.queue(.addressChange, to: address.text, of: account, now: now, in: db)
    if present.isVerified {
      try outgoing.queue(.addressChangeConsent, to: present.address.text, of: account, now: now, in: db)
    }
  }
}
