package import Contract
package import PlaybackAPI
package import StorageKit

/// A session as it is opened.
package struct NewSession: Sendable {
  package let id: PlaybackSessionID
  package let account: AccountID
  package let profile: ProfileID
  package let loginSession: LoginSessionID?
  package let title: TitleID
  package let viewing: Int64
  package let durationSeconds: Double
  package let positionSeconds: Double
  /// Pixels of the shorter side of the sharpest picture that its addresses open.
  package let maxHeight: Int
  package let startedAt: Timestamp
  package let mediaExpiresAt: Timestamp
}

/// A session that plays, as far as an account's plan is concerned.
package struct OpenSession: Sendable, Equatable {
  package let id: PlaybackSessionID
  /// Nil where it was opened before heights were capped.
  package let maxHeight: Int?

  package init(id: PlaybackSessionID, maxHeight: Int?) {
    self.id = id
    self.maxHeight = maxHeight
  }
}

/// What a heartbeat must know of its session.
package struct RunningSession: Sendable {
  package let viewing: Int64
  package let durationSeconds: Double
  package let positionSeconds: Double
  package let heartbeatAt: Timestamp
  package let published: PublishedProgress?
  /// Why it has ended, where it has.
  package let endReason: PlaybackEnded.Reason?
  /// When its title may be shown, as catalog has it by now.
  package let window: Availability
}

/// Whom a session's events are about.
package struct SessionIdentity: Sendable {
  package let id: PlaybackSessionID
  package let account: AccountID
  package let profile: ProfileID
  package let title: TitleID
  package let viewing: Int64
  package let durationSeconds: Double
  package let positionSeconds: Double
  package let mediaExpiresAt: Timestamp
}

/// A session that has ended while its media addresses would still be valid.
package struct EndedSession: Sendable, Equatable {
  package let id: PlaybackSessionID
  package let mediaExpiresAt: Timestamp
}

/// All SQL about sessions.
package enum SessionStore {
  package static func insert(_ session: NewSession, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO sessions (
        id, account_id, profile_id, login_session_id, title_id, viewing_id, duration_seconds, position_seconds,
        max_height, started_at, heartbeat_at, media_expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      session.id, session.account, session.profile, session.loginSession, session.title, session.viewing,
      session.durationSeconds, session.positionSeconds, session.maxHeight, session.startedAt, session.startedAt,
      session.mediaExpiresAt)
  }

  /// The session, if it is that account's and, where one is named, that profile's.
  package static func running(
    _ id: PlaybackSessionID, of account: AccountID, profile: ProfileID?, in db: SQLSession
  ) throws -> RunningSession? {
    try db.first(
      """
      SELECT s.viewing_id, s.duration_seconds, s.position_seconds, s.heartbeat_at, s.published_state, s.published_at,
        s.end_reason, t.available_from, t.available_until
      FROM sessions s LEFT JOIN titles t ON t.id = s.title_id
      WHERE s.id = ? AND s.account_id = ? AND (? IS NULL OR s.profile_id = ?)
      """, id, account, profile, profile
    ) { row in
      let published: PublishedProgress? =
        try row.isNull(4) ? nil : PublishedProgress(state: row.choice(4), at: row.time(5))
      return RunningSession(
        viewing: row.int64(0), durationSeconds: row.double(1), positionSeconds: row.double(2),
        heartbeatAt: row.time(3), published: published, endReason: try row.isNull(6) ? nil : row.choice(6),
        window: row.isNull(7) ? .unbounded : TitleStore.window(from: row.time(7), until: row.time(8)))
    }
  }

  /// A heartbeat: where the player is, and what of it was told to the others.
  package static func advance(
    _ id: PlaybackSessionID, to positionSeconds: Double, at now: Timestamp, published: PublishedProgress?,
    in db: SQLSession
  ) throws {
    try db.execute(
      "UPDATE sessions SET position_seconds = ?, heartbeat_at = ?, published_state = ?, published_at = ? WHERE id = ?",
      positionSeconds, now, published?.state, published?.at, id)
  }

  /// False for one that has ended or never was, and for one whose title's window is closed by now.
  package static func isOpen(_ id: PlaybackSessionID, at now: Timestamp, in db: SQLSession) throws -> Bool {
    try db.first(
      """
      SELECT 1 FROM sessions s LEFT JOIN titles t ON t.id = s.title_id
      WHERE s.id = ? AND s.ended_at IS NULL
        AND (t.id IS NULL OR (t.available_from <= ? AND t.available_until > ?))
      """, id, now, now
    ) { _ in true } ?? false
  }

  package static func account(of id: PlaybackSessionID, in db: SQLSession) throws -> AccountID? {
    try db.first("SELECT account_id FROM sessions WHERE id = ?", id) { try $0.id(0) }
  }

  package static func identity(_ id: PlaybackSessionID, in db: SQLSession) throws -> SessionIdentity? {
    try db.first("SELECT \(identityColumns) FROM sessions WHERE id = ?", id, as: identity)
  }

  /// Closes an open session; false where it was closed before.
  package static func close(
    _ id: PlaybackSessionID, because reason: PlaybackEnded.Reason, at now: Timestamp, in db: SQLSession
  ) throws -> Bool {
    try db.execute(
      "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL", now, reason, id) > 0
  }

  // MARK: - Open sessions (index sessions_open)

  /// Open sessions of an account, oldest first, at most `limit`.
  package static func open(of account: AccountID, limit: Int, in db: SQLSession) throws -> [OpenSession] {
    try db.rows(
      "SELECT id, max_height FROM sessions WHERE account_id = ? AND ended_at IS NULL ORDER BY id LIMIT ?",
      account, limit
    ) { row in OpenSession(id: try row.id(0), maxHeight: row.intOrNil(1)) }
  }

  package static func open(
    of account: AccountID, profile: ProfileID, besides loginSession: LoginSessionID? = nil, limit: Int,
    in db: SQLSession
  ) throws -> [PlaybackSessionID] {
    try db.rows(
      """
      SELECT id FROM sessions
      WHERE account_id = ? AND ended_at IS NULL AND profile_id = ? AND (? IS NULL OR login_session_id IS NOT ?)
      ORDER BY id LIMIT ?
      """, account, profile, loginSession, loginSession, limit
    ) { row in try row.id(0) }
  }

  package static func open(
    of account: AccountID, loginSession: LoginSessionID, limit: Int, in db: SQLSession
  ) throws -> [PlaybackSessionID] {
    try db.rows(
      "SELECT id FROM sessions WHERE account_id = ? AND ended_at IS NULL AND login_session_id = ? ORDER BY id LIMIT ?",
      account, loginSession, limit
    ) { row in try row.id(0) }
  }

  /// Every open session, for granting leases anew after a restart, a page at a time.
  package static func open(
    after id: PlaybackSessionID?, limit: Int, in db: SQLSession
  ) throws -> [PlaybackSessionID] {
    try db.rows(
      "SELECT id FROM sessions WHERE ended_at IS NULL AND id > ? ORDER BY id LIMIT ?", id?.description ?? "", limit
    ) { row in try row.id(0) }
  }

  // MARK: - Ended sessions

  /// Ended sessions whose media tokens outlive `now` (index sessions_ended_media), a page at a time.
  package static func endedWithLivingMedia(
    at now: Timestamp, after cursor: EndedSession?, limit: Int, in db: SQLSession
  ) throws -> [EndedSession] {
    try db.rows(
      """
      SELECT id, media_expires_at FROM sessions
      WHERE ended_at IS NOT NULL AND (media_expires_at, id) > (?, ?)
      ORDER BY media_expires_at, id LIMIT ?
      """, cursor?.mediaExpiresAt ?? now, cursor?.id.description ?? "~", limit
    ) { row in EndedSession(id: try row.id(0), mediaExpiresAt: row.time(1)) }
  }

  /// Forgets at most `limit` sessions that ended before `moment` and whose media tokens have expired
  /// (index sessions_ended); answers how many.
  package static func prune(
    endedBefore moment: Timestamp, now: Timestamp, limit: Int, in db: SQLSession
  ) throws -> Int {
    try db.execute(
      """
      DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE ended_at < ? AND media_expires_at < ? ORDER BY ended_at LIMIT ?)
      """, moment, now, limit)
  }

  /// Forgets the sessions of deleted profiles as soon as their media tokens have expired.
  package static func pruneDeletedProfiles(now: Timestamp, limit: Int, in db: SQLSession) throws -> Int {
    try db.execute(
      """
      DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions
        WHERE ended_at IS NOT NULL AND media_expires_at < ? AND end_reason = 'profileDeleted' LIMIT ?)
      """, now, limit)
  }

  /// Takes out of the ended sessions of a deleted profile what was watched, and has them forgotten as soon as may be:
  /// until then their media addresses must be known to be ended.
  package static func forgetProfile(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE sessions SET end_reason = 'profileDeleted', title_id = '', login_session_id = NULL, viewing_id = 0,
        position_seconds = 0, duration_seconds = 1
      WHERE profile_id = ? AND ended_at IS NOT NULL
      """, profile)
  }

  // MARK: - Rows

  private static let identityColumns =
    "id, profile_id, title_id, viewing_id, duration_seconds, position_seconds, media_expires_at, account_id"

  private static func identity(_ row: SQLRow) throws -> SessionIdentity {
    SessionIdentity(
      id: try row.id(0), account: try row.id(7), profile: try row.id(1), title: try row.id(2), viewing: row.int64(3),
      durationSeconds: row.double(4), positionSeconds: row.double(5), mediaExpiresAt: row.time(6))
  }
}

extension PlayerState: SQLValue {}
extension PlaybackEnded.Reason: SQLValue {}
