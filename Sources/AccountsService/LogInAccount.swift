import AccountsAPI
import Contract
import SecurityKit
import StorageKit

/// Checks an address and password, and opens a log-in session.
struct LogInAccount: Sendable {
  let database: ServiceDatabase
  let sessions: LoginSessions
  let hashing: PasswordHashing
  let limits: GuessLimits
  let notice: NewDeviceNotice
  let clock: WallClock

  struct Opened: Sendable {
    let account: Account
    let profiles: [Profile]
    let refresh: RefreshToken
  }

  /// Of the accounts that claim the address, the one that proved it comes first, then the others as they signed up;
  /// the first whose password it is, is meant.
  ///
  /// Throws ``AccountsError/wrongCredentials``, in the same words and after the same work whether the address has an
  /// account or not, and ``AccountsError/tooManyAttempts(_:)`` where guessing has to slow down.
  func callAsFunction(_ draft: LogInDraft, _ context: CallContext) async throws -> Opened {
    let address = context.clientAddress
    let (claims, isKnownNetwork) = try lookUp(draft.email, from: address)
    let found: PasswordHashing.Found? = try await limits.logIn(
      at: draft.attemptKey, from: address, isKnown: isKnownNetwork, before: context.deadline
    ) {
      try await hashing.find(
        draft.password, among: claims.map(\.hash), of: draft.attemptKey, before: context.deadline)
    }
    guard let found else { throw AccountsError.wrongCredentials }
    let (id, hash) = claims[found.index]
    let now = clock.now()
    return try await database.write { db in
      // It may have lost the address, or its password, while this one was being hashed.
      guard let account = try AccountStore.account(id, in: db),
        try AccountStore.passwordHash(of: id, in: db) == hash,
        try AccountStore.addressed(id, in: db)?.address.key == draft.attemptKey
      else { throw AccountsError.wrongCredentials }
      if let replacement = found.replacement {
        try AccountStore.replaceHash(of: id, hash, with: replacement, in: db)
      }
      try notice(draft.device, of: account, from: address, now: now, in: db)
      let refresh = try sessions.open(
        id, device: draft.device, from: address, now: now, trace: context.trace, in: db)
      return Opened(account: account, profiles: try ProfileStore.profiles(of: id, in: db), refresh: refresh)
    }
  }

  /// Who claims the address, and whether the first of them has been used from the caller's network.
  private func lookUp(
    _ email: EmailAddress?, from address: NetworkAddress?
  ) throws -> (claims: [(id: AccountID, hash: PasswordHash)], isKnownNetwork: Bool) {
    guard let email else { return ([], false) }
    return try database.read { db in
      let claims = try AccountStore.claims(on: email.key, in: db)
      guard let first = claims.first, let network = address?.network else { return (claims, false) }
      let since = clock.now().adding(seconds: -Double(sessions.settings.knownNetworkDays) * 86_400)
      return (claims, try LoginSessionStore.wasUsed(first.id, from: network, since: since, in: db))
    }
  }
}
