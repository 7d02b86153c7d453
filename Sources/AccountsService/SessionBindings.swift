import AccountsAPI
import Contract
import EventKit
import SecurityKit
import StorageKit

/// Which profile uses a log-in session. Bound to a kids' profile it sees nothing else of the account; going from there
/// takes the PIN of the profile one goes to, or the account's password.
struct SessionBindings: Sendable {
  /// More sessions than an account may have.
  private static let sessionsMaximum = 1000

  let database: ServiceDatabase
  let outbox: Outbox
  let sessions: LoginSessions
  let locks: ProfileLocks
  let clock: WallClock

  struct Bound: Sendable {
    let profile: Profile?
    let holder: TokenHolder
    let binding: ProfileBinding
  }

  /// What shows that the caller may go to a profile.
  private enum Proof: Sendable {
    case notNeeded
    case password
    /// The PIN's hash that was matched.
    case pin(PasswordHash)
  }

  func bind(_ request: BindProfile, by caller: ProfileLocks.Caller) async throws -> Bound {
    let (present, target, isUnlocked) = try database.read { db in
      let target = try request.profileId.map { try ProfileStore.profile($0, of: caller.account, in: db) }
      return (
        try BindingStore.binding(of: caller.session, in: db), target,
        try target.map { try ProfileLockStore.isUnlocked($0.id, for: caller.session, in: db) } ?? true
      )
    }
    let leavesKids = present.kids && target?.id != present.profile
    let proof = try await proof(request, of: target, isNeeded: leavesKids || !isUnlocked, by: caller) {
      leavesKids ? .kidsProfile : .profileLocked
    }
    let now = clock.now()
    return try await database.write { db in
      guard let session = try LoginSessionStore.session(caller.session, in: db), session.account == caller.account,
        session.endedAt == nil
      else { throw AccountsError.signedOut }
      guard try BindingStore.binding(of: session.id, in: db) == present else { throw AccountsError.boundMeanwhile }
      let profile = try target.map { try ProfileStore.profile($0.id, of: caller.account, in: db) }
      try use(proof, on: profile, by: caller, at: now, in: db)
      if profile?.id != present.profile {
        try put(profile, on: session.id, of: caller.account, at: now, trace: caller.context.trace, in: db)
      }
      return Bound(profile: profile, holder: session.holder, binding: try BindingStore.binding(of: session.id, in: db))
    }
  }

  private func proof(
    _ request: BindProfile, of target: Profile?, isNeeded: Bool, by caller: ProfileLocks.Caller,
    otherwise refusal: () -> AccountsError
  ) async throws -> Proof {
    let pin = try request.pin.map { try ProfileLocks.pin($0) }
    guard isNeeded else { return .notNeeded }
    if let password = request.password {
      try await locks.confirm(password, of: caller.account, before: caller.context.deadline)
      return .password
    }
    if let pin, let target, let hash = try await locks.check(pin, of: target.id, by: caller) { return .pin(hash) }
    throw refusal()
  }

  /// Who has shown the PIN or the password has unlocked the profile as well.
  private func use(
    _ proof: Proof, on profile: Profile?, by caller: ProfileLocks.Caller, at now: Timestamp, in db: SQLSession
  ) throws {
    guard let profile, profile.hasPin else { return }
    switch proof {
    case .notNeeded:
      guard try ProfileLockStore.isUnlocked(profile.id, for: caller.session, in: db) else {
        throw AccountsError.profileLocked
      }
      return
    case .password: break
    case .pin(let hash): try locks.right(hash, of: profile.id, in: db)
    }
    try ProfileLockStore.unlock(profile.id, for: caller.session, at: now, in: db)
  }

  // MARK: - What becomes of profiles that sessions are bound to

  /// The profile became a kids' one, or is none any more: its sessions see less, or more, from here on.
  func kidsChanged(_ profile: Profile, at now: Timestamp, trace: TraceContext?, in db: SQLSession) throws {
    for session in try BindingStore.sessions(boundTo: profile.id, limit: Self.sessionsMaximum, in: db) {
      try put(profile, on: session, of: profile.accountId, at: now, trace: trace, in: db)
    }
  }

  /// The profile is about to be deleted. Sessions of a kids' profile end, lest they see the whole account.
  func deleted(_ profile: Profile, at now: Timestamp, trace: TraceContext?, in db: SQLSession) throws {
    for session in try BindingStore.sessions(boundTo: profile.id, limit: Self.sessionsMaximum, in: db) {
      if profile.kids {
        try sessions.end(session, of: profile.accountId, .signedOut, now: now, trace: trace, in: db)
      } else {
        try put(nil, on: session, of: profile.accountId, at: now, trace: trace, in: db)
      }
    }
  }

  private func put(
    _ profile: Profile?, on session: LoginSessionID, of account: AccountID, at now: Timestamp, trace: TraceContext?,
    in db: SQLSession
  ) throws {
    let version = try BindingStore.bind(session, to: profile?.id, at: now, in: db)
    try outbox.append(
      LoginSessionBound(
        loginSessionId: session, accountId: account, profileId: profile?.id, kids: profile?.kids ?? false,
        version: version),
      subject: account.description, in: db, trace: trace)
  }
}
