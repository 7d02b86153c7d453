import AccountsAPI
import Contract
import SecurityKit
import StorageKit

/// Sends a link that sets a new password, and uses it.
struct ResetPassword: Sendable {
  let database: ServiceDatabase
  let sessions: LoginSessions
  let claims: AddressClaims
  let outgoing: OutgoingMail
  let hashing: PasswordHashing
  /// Of requests from one client address.
  let limit: AttemptLimit
  let clock: WallClock

  /// Queues a mail whoever the address belongs to; that is looked up when it is sent. So the answer and the work for
  /// it are the same for every address.
  ///
  /// Throws ``AccountsError/tooManyAttempts(_:)`` by whoever asks, not by the address that is asked for.
  func request(_ address: EmailAddress, from client: NetworkAddress?) async throws {
    try limit.spend(GuessLimits.site(client))
    let now = clock.now()
    guard outgoing.mayBeCaused(to: address) else { return }
    try await database.write { db in
      try outgoing.queue(.passwordReset, to: address.text, of: nil, now: now, in: db)
    }
  }

  /// Sets the password and signs all devices out. Who has the link has the address, which counts as verified by it.
  /// Throws ``AccountsError/linkInvalid``, or a 422 ``Problem`` for the password, which leaves the link good.
  func use(_ token: LinkToken, newPassword: String, deadline: Deadline, trace: TraceContext) async throws {
    let now = clock.now()
    guard let (_, account) = try database.read({ try look(token, now: now, in: $0) }) else {
      throw AccountsError.linkInvalid
    }
    let password = try Password.draft(newPassword, in: "newPassword", email: account.address)
    let hash = try await hashing.hash(password, for: account.address, before: deadline)
    try await database.write { db in
      guard let (link, account) = try look(token, now: now, in: db) else { throw AccountsError.linkInvalid }
      try AccountStore.setHash(hash, of: account.id, in: db)
      try forgetProofs(of: account.id, in: db)
      if !account.isVerified {
        try AddressStore.verify(account.address, of: account.id, now: now, in: db)
        try claims.release(link.emailKey, besides: account.id, now: now, trace: trace, in: db)
      }
      try sessions.endAll(of: account.id, now: now, trace: trace, in: db)
      try outgoing.queue(.passwordChanged, to: account.address.text, of: account.id, now: now, in: db)
    }
    try await claims.releaseRest(of: account.id, now: now, trace: trace)
  }

  private func look(
    _ token: LinkToken, now: Timestamp, in db: SQLSession
  ) throws -> (link: StoredLink, account: AddressedAccount)? {
    guard let link = try LinkStore.link(token, now: now, in: db), link.purpose == .passwordReset,
      let account = try AccountStore.addressed(link.account, in: db), account.address.key == link.emailKey
    else { return nil }
    return (link, account)
  }

  /// Links and a change of address that somebody who knew the old password may have asked for.
  private func forgetProofs(of account: AccountID, in db: SQLSession) throws {
    try LinkStore.deleteAll(of: account, for: LinkToken.Purpose.allCases, in: db)
    try MailStore.deleteAll(of: account, kinds: MailKind.allCases.filter { !$0.isNotice }, in: db)
    try AddressStore.deletePending(of: account, in: db)
  }
}

extension Password {
  /// One to be chosen. Throws a 422 ``Problem`` naming `field`.
  static func draft(_ text: String, in field: String, email: EmailAddress) throws -> Password {
    do {
      return try Password(chosen: text, email: email)
    } catch {
      throw Problem.invalid(field: field, error.message)
    }
  }
}
