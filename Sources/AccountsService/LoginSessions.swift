import AccountsAPI
import Contract
import EventKit
import SecurityKit
import StorageKit

/// Opens, continues and ends log-in sessions: what happened to one, its event and its tokens belong together.
struct LoginSessions: Sendable {
  let outbox: Outbox
  let refreshKey: HMACKey
  let settings: AccountsSettings

  enum Continuation: Sendable {
    case continued(StoredLoginSession, RefreshToken, ProfileBinding)
    /// Ended, expired or never there.
    case refused
    /// A token that had been replaced came again: somebody else has it, so the session was ended.
    case reused(StoredLoginSession)
  }

  /// A new session of `account`; the ones unused for longest give way where there are too many.
  func open(
    _ account: AccountID, device: Device, from address: NetworkAddress?, now: Timestamp, trace: TraceContext?,
    in db: SQLSession
  ) throws -> RefreshToken {
    // Erased since its password was checked.
    guard try AccountStore.account(account, in: db) != nil else { throw AccountsError.wrongCredentials }
    let surplus = try LoginSessionStore.surplus(
      of: account, keeping: settings.loginSessionsMaximum - 1, now: now, in: db)
    for session in surplus { try end(session, of: account, .displaced, now: now, trace: trace, in: db) }
    let token = RefreshToken(
      first: LoginSessionID(at: now), secret: Sodium.randomBytes(RefreshToken.secretBytes))
    try LoginSessionStore.insert(
      token, account: account, device: device, network: address?.network ?? "", now: now,
      expires: expiry(createdAt: now, now: now), in: db)
    return token
  }

  /// Exchanges `token` for its successor. Does not throw for a bad token, since ending a session must be committed.
  func `continue`(
    _ token: RefreshToken, from address: NetworkAddress?, now: Timestamp, trace: TraceContext?, in db: SQLSession
  ) throws -> Continuation {
    guard let session = try LoginSessionStore.session(token.session, in: db), session.endedAt == nil,
      now < session.expiresAt
    else { return .refused }
    let successor = token.successor(refreshKey)
    let binding = try BindingStore.binding(of: session.id, in: db)
    if token.generation == session.generation {
      guard Sodium.constantTimeEquals(token.hash, session.tokenHash) else { return .refused }
      let expires = expiry(createdAt: session.createdAt, now: now)
      try LoginSessionStore.rotate(to: successor, network: address?.network, now: now, expires: expires, in: db)
      return .continued(session, successor, binding)
    }
    // Newer than the newest: only a database put back from an old copy knows less than its clients.
    guard token.generation < session.generation else { return .refused }
    if isRepeat(token, of: session, successor: successor, now: now) { return .continued(session, successor, binding) }
    try end(session.id, of: session.account, .refreshTokenReused, now: now, trace: trace, in: db)
    return .reused(session)
  }

  /// Ends the session and tells it, once.
  func end(
    _ session: LoginSessionID, of account: AccountID, _ reason: LoginSessionEnded.Reason, now: Timestamp,
    trace: TraceContext?, in db: SQLSession
  ) throws {
    guard try LoginSessionStore.end(session, reason, now: now, in: db) else { return }
    try outbox.append(
      LoginSessionEnded(loginSessionId: session, accountId: account, reason: reason), subject: account.description,
      in: db, trace: trace)
  }

  /// Ends all sessions of `account`, but for `kept`.
  func endAll(
    of account: AccountID, besides kept: LoginSessionID? = nil, now: Timestamp, trace: TraceContext?,
    in db: SQLSession
  ) throws {
    let going = try LoginSessionStore.sessions(
      of: account, current: kept, now: now, limit: settings.loginSessionsMaximum, in: db)
    for session in going where !session.current {
      try end(session.id, of: account, .signedOut, now: now, trace: trace, in: db)
    }
  }

  /// The token that was replaced last, within the grace: an answer was lost, or a client asked twice at once.
  private func isRepeat(
    _ token: RefreshToken, of session: StoredLoginSession, successor: RefreshToken, now: Timestamp
  ) -> Bool {
    token.generation == session.generation - 1
      && now.seconds(since: session.refreshedAt) <= Double(settings.refreshGraceSeconds)
      && Sodium.constantTimeEquals(successor.hash, session.tokenHash)
  }

  private func expiry(createdAt: Timestamp, now: Timestamp) -> Timestamp {
    min(
      now.adding(seconds: Double(settings.loginSessionIdleDays) * 86_400),
      createdAt.adding(seconds: Double(settings.loginSessionMaximumDays) * 86_400))
  }
}
