import AccountsAPI
import Contract
import StorageKit

/// A log-in session as it is kept: a family of refresh tokens, of which only the newest is good.
struct StoredLoginSession: Sendable {
  let id: LoginSessionID
  let holder: TokenHolder
  /// Number of the newest refresh token.
  let generation: Int
  /// Of the newest refresh token's secret.
  let tokenHash: [UInt8]
  let createdAt: Timestamp
  let refreshedAt: Timestamp
  let expiresAt: Timestamp
  let endedAt: Timestamp?

  var account: AccountID { holder.id }
}

/// All SQL about log-in sessions.
enum LoginSessionStore {
  static func insert(
    _ token: RefreshToken, account: AccountID, device: Device, network: String, now: Timestamp, expires: Timestamp,
    in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO login_session
        (id, account_id, device_name, device_kind, network, generation, token_hash, created_at, refreshed_at,
         expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      token.session, account, device.name, device.kind, network, token.generation, token.hash, now, now, expires)
  }

  static func session(_ id: LoginSessionID, in db: SQLSession) throws -> StoredLoginSession? {
    try db.first(
      """
      SELECT s.id, s.account_id, a.role, s.generation, s.token_hash, s.created_at, s.refreshed_at, s.expires_at,
        s.ended_at, a.country
      FROM login_session AS s JOIN account AS a ON a.id = s.account_id WHERE s.id = ?
      """,
      id
    ) { row in
      StoredLoginSession(
        id: try row.id(0), holder: TokenHolder(id: try row.id(1), role: try row.choice(2), country: row.text(9)),
        generation: row.int(3),
        tokenHash: row.blob(4), createdAt: row.time(5), refreshedAt: row.time(6), expiresAt: row.time(7),
        endedAt: row.timeOrNil(8))
    }
  }

  /// Makes `token` the newest of its session.
  ///
  /// - Parameter network: where it was asked for; where that is not known the last one stays.
  static func rotate(
    to token: RefreshToken, network: String?, now: Timestamp, expires: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      UPDATE login_session
      SET generation = ?, token_hash = ?, network = COALESCE(?, network), refreshed_at = ?, expires_at = ?
      WHERE id = ?
      """,
      token.generation, token.hash, network, now, expires, token.session)
  }

  /// Whether the account has been used from `network` since `time`, by a session that was not stolen as far as is
  /// known; by `login_session_by_network`.
  static func wasUsed(
    _ account: AccountID, from network: String, since time: Timestamp, in db: SQLSession
  ) throws -> Bool {
    try db.first(
      """
      SELECT 1 FROM login_session
      WHERE account_id = ? AND network = ? AND refreshed_at > ?
        AND (end_reason IS NULL OR end_reason <> 'refreshTokenReused')
      LIMIT 1
      """,
      account, network, time
    ) { $0.int(0) } != nil
  }

  /// Whether it was still going.
  static func end(
    _ id: LoginSessionID, _ reason: LoginSessionEnded.Reason, now: Timestamp, in db: SQLSession
  ) throws -> Bool {
    try db.execute(
      "UPDATE login_session SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL", now, reason, id) == 1
  }

  /// Calls `body` for each session that ended after `time`; by `login_session_by_end`.
  static func forEachEnded(
    after time: Timestamp, in db: SQLSession, _ body: (LoginSessionEnded) throws -> Void
  ) throws {
    try db.forEach(
      """
      SELECT id, account_id, end_reason FROM login_session
      WHERE ended_at IS NOT NULL AND ended_at > ? ORDER BY ended_at
      """,
      time
    ) { row in
      try body(LoginSessionEnded(loginSessionId: row.id(0), accountId: row.id(1), reason: row.choice(2)))
    }
  }

  /// Whether a device of that name and kind has signed in from that network before, as far back as sessions are kept;
  /// by `login_session_by_device`.
  static func knows(
    _ device: Device, of account: AccountID, from network: String, in db: SQLSession
  ) throws -> Bool {
    try db.first(
      """
      SELECT 1 FROM login_session
      WHERE account_id = ? AND device_kind = ? AND device_name = ? AND network = ? LIMIT 1
      """,
      account, device.kind, device.name, network
    ) { $0.bool(0) } ?? false
  }

  /// Those still going, refreshed last first; by `login_session_by_account`.
  static func sessions(
    of account: AccountID, current: LoginSessionID?, now: Timestamp, limit: Int, in db: SQLSession
  ) throws -> [LoginSession] {
    try db.rows(
      """
      SELECT id, device_name, device_kind, created_at, refreshed_at, network FROM login_session
      WHERE account_id = ? AND ended_at IS NULL AND expires_at > ?
      ORDER BY refreshed_at DESC, id DESC LIMIT ?
      """,
      account, now, limit
    ) { row in
      let id: LoginSessionID = try row.id(0)
      let network = row.text(5)
      return LoginSession(
        id: id, device: Device(name: row.text(1), kind: try row.choice(2)), network: network.isEmpty ? nil : network,
        createdAt: row.time(3), lastUsedAt: row.time(4), current: id == current)
    }
  }

  /// The sessions beyond the `keeping` that were refreshed last; by `login_session_by_account`.
  static func surplus(
    of account: AccountID, keeping: Int, now: Timestamp, in db: SQLSession
  ) throws -> [LoginSessionID] {
    try db.rows(
      """
      SELECT id FROM login_session
      WHERE account_id = ? AND ended_at IS NULL AND expires_at > ?
      ORDER BY refreshed_at DESC, id DESC LIMIT 100 OFFSET ?
      """,
      account, now, keeping
    ) { try $0.id(0) }
  }

  /// Deletes up to `limit` sessions that expired before `time`; answers how many. By `login_session_by_expiry`.
  static func prune(expiredBefore time: Timestamp, limit: Int, in db: SQLSession) throws -> Int {
    try db.execute(
      """
      DELETE FROM login_session WHERE id IN (
        SELECT id FROM login_session WHERE expires_at < ? ORDER BY expires_at LIMIT ?
      )
      """,
      time, limit)
  }
}
