import AccountsAPI
import Contract
import SecurityKit
import StorageKit

/// Uses a link that proves an address, or agrees to another one.
struct ConfirmAddress: Sendable {
  let database: ServiceDatabase
  let claims: AddressClaims
  let outgoing: OutgoingMail
  let clock: WallClock

  /// Throws ``AccountsError/linkInvalid`` for a link that was never sent, was used, has expired, or whose account or
  /// address is no longer what it was.
  func callAsFunction(_ token: LinkToken, trace: TraceContext) async throws -> AddressConfirmed {
    let now = clock.now()
    let (state, account) = try await database.write { db in
      guard let link = try LinkStore.link(token, now: now, in: db), link.purpose != .passwordReset,
        let account = try AccountStore.addressed(link.account, in: db)
      else { throw AccountsError.linkInvalid }
      if link.purpose == .verification {
        try verify(account, link, now: now, trace: trace, in: db)
        return (AddressConfirmed.State.verified, account.id)
      }
      return (try advance(account, link, now: now, trace: trace, in: db), account.id)
    }
    if state != .waitingForOtherAddress { try await claims.releaseRest(of: account, now: now, trace: trace) }
    return AddressConfirmed(state: state)
  }

  private func verify(
    _ account: AddressedAccount, _ link: StoredLink, now: Timestamp, trace: TraceContext, in db: SQLSession
  ) throws {
    guard account.address.key == link.emailKey else { throw AccountsError.linkInvalid }
    try LinkStore.deleteAll(of: account.id, for: [.verification], in: db)
    try AddressStore.verify(account.address, of: account.id, now: now, in: db)
    try claims.release(account.address.key, besides: account.id, now: now, trace: trace, in: db)
  }

  /// One of the two ends has agreed; with both the address changes.
  private func advance(
    _ account: AddressedAccount, _ link: StoredLink, now: Timestamp, trace: TraceContext, in db: SQLSession
  ) throws -> AddressConfirmed.State {
    guard var pending = try AddressStore.pending(of: account.id, now: now, in: db) else {
      throw AccountsError.linkInvalid
    }
    let isFromNewAddress = link.purpose == .addressChange
    guard link.emailKey == (isFromNewAddress ? pending.address.key : account.address.key) else {
      throw AccountsError.linkInvalid
    }
    if isFromNewAddress { pending.isProved = true } else { pending.isAgreed = true }
    try LinkStore.deleteAll(of: account.id, for: [link.purpose], in: db)
    guard pending.isProved, pending.isAgreed else {
      try AddressStore.notePending(pending, of: account.id, in: db)
      return .waitingForOtherAddress
    }
    // Whatever was sent to the old address proves nothing of the new one.
    try LinkStore.deleteAll(of: account.id, for: LinkToken.Purpose.allCases, in: db)
    try MailStore.deleteAll(of: account.id, kinds: MailKind.allCases.filter { !$0.isNotice }, in: db)
    try AddressStore.deletePending(of: account.id, in: db)
    try AddressStore.verify(pending.address, of: account.id, now: now, in: db)
    try claims.release(pending.address.key, besides: account.id, now: now, trace: trace, in: db)
    if account.isVerified {
      try outgoing.queue(.addressChanged, to: account.address.text, of: account.id, now: now, in: db)
    }
    return .changed
  }
}

/// What others who had signed up with an address lose when its owner is found.
struct AddressClaims: Sendable {
  /// Accounts in one write: more would hold up the writes that wait behind it.
  private static let chunk = 50

  let database: ServiceDatabase
  let sessions: LoginSessions

  /// Accounts that claim the address without having proved it lose it, and are signed out everywhere: nobody can log
  /// in to them again. Answers how many; there may be more where it is the most of one write.
  @discardableResult
  func release(
    _ key: String, besides owner: AccountID, now: Timestamp, trace: TraceContext, in db: SQLSession
  ) throws -> Int {
    let others = try AddressStore.otherClaims(on: key, besides: owner, limit: Self.chunk, in: db)
    for other in others {
      try sessions.endAll(of: other, now: now, trace: trace, in: db)
      try LinkStore.deleteAll(of: other, for: LinkToken.Purpose.allCases, in: db)
      try MailStore.deleteAll(of: other, kinds: MailKind.allCases, in: db)
      try AddressStore.deletePending(of: other, in: db)
      try AddressStore.drop(of: other, in: db)
    }
    return others.count
  }

  /// What one write left over.
  func releaseRest(of owner: AccountID, now: Timestamp, trace: TraceContext) async throws {
    var released: Int
    repeat {
      released = try await database.write { db in
        guard let account = try AccountStore.addressed(owner, in: db), account.isVerified,
          try !AddressStore.otherClaims(on: account.address.key, besides: owner, limit: 1, in: db).isEmpty
        else { return 0 }
        return try release(account.address.key, besides: owner, now: now, trace: trace, in: db)
      }
    } while released == Self.chunk
  }
}
