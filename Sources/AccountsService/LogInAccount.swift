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

  /// Throws ``AccountsError/wrongCredentials``, in the same words and after the same work whether the address has an
  /// account or not.
  /// Throws ``AccountsError/tooManyAttempts(_:)`` where guessing has to slow down.
  func callAsFunction(_ draft: LogInDraft, _ context: CallContext) async throws -> Opened {
    let address = context.clientAddress
    let (known, isKnownNetwork) = try lookUp(draft.email, from: address)
    let verdict: PasswordHashing.Verdict? = try await limits.logIn(
      at: draft.attemptKey, from: address, isKnown: isKnownNetwork, before: context.deadline
    ) {
      let verdict = try await hashing.check(draft.password, against: known?.hash, before: context.deadline)
      return verdict.isMatch ? verdict : nil
    }
    guard let known, let verdict else { throw AccountsError.wrongCredentials }
    let now = clock.now()
    return try await database.write { db in
      if let replacement = verdict.replacement {
        try AccountStore.replaceHash(of: known.account.id, known.hash, with: replacement, in: db)
      }
      try notice(draft.device, of: known.account, from: address, now: now, in: db)
      let refresh = try sessions.open(
        known.account.id, device: draft.device, from: address, now: now, trace: context.trace, in: db)
      return Opened(
        account: known.account, profiles: try ProfileStore.profiles(of: known.account.id, in: db), refresh: refresh)
    }
  }

  /// The account of that address, and whether it has been used from the caller's network.
  private func lookUp(
    _ email: EmailAddress?, from address: NetworkAddress?
  ) throws -> (known: (account: Account, hash: PasswordHash)?, isKnownNetwork: Bool) {
    guard let email else { return (nil, false) }
    return try database.read { db in
      guard let known = try AccountStore.credentials(emailKey: email.key, in: db) else { return (nil, false) }
      guard let network = address?.network else { return (known, false) }
      let since = clock.now().adding(seconds: -Double(sessions.settings.knownNetworkDays) * 86_400)
      return (
        known, try LoginSessionStore.wasUsed(known.account.id, from: network, since: since, in: db)
      )
    }
  }
}
