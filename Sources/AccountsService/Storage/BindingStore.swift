import AccountsAPI
import Contract
import SecurityKit
import StorageKit

enum BindingSchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "profiles that log-in sessions are bound to",
      """
      ALTER TABLE login_session ADD COLUMN profile_id TEXT;
      ALTER TABLE login_session ADD COLUMN binding_version INTEGER NOT NULL DEFAULT 0 CHECK (binding_version >= 0);
      ALTER TABLE login_session ADD COLUMN bound_at INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX login_session_by_profile ON login_session (profile_id) WHERE profile_id IS NOT NULL;
      CREATE INDEX login_session_by_binding ON login_session (bound_at) WHERE bound_at > 0;
      """)
  }
}

/// All SQL about which profile uses a log-in session.
enum BindingStore {
  /// Binds the session to `profile`, or to none; answers the binding's version.
  static func bind(
    _ session: LoginSessionID, to profile: ProfileID?, at now: Timestamp, in db: SQLSession
  ) throws -> Int {
    try db.execute(
      """
      UPDATE login_session SET profile_id = ?, binding_version = binding_version + 1, bound_at = ? WHERE id = ?
      """, profile, now, session)
    return try db.first("SELECT binding_version FROM login_session WHERE id = ?", session) { $0.int(0) } ?? 0
  }

  static func binding(of session: LoginSessionID, in db: SQLSession) throws -> ProfileBinding {
    try db.first(
      """
      SELECT s.profile_id, COALESCE(p.kids, 0), s.binding_version
      FROM login_session AS s LEFT JOIN profile AS p ON p.id = s.profile_id WHERE s.id = ?
      """, session
    ) { ProfileBinding(profile: try $0.idOrNil(0), kids: $0.bool(1), version: $0.int(2)) } ?? .none
  }

  /// Sessions that go on and are bound to `profile`; by `login_session_by_profile`.
  static func sessions(boundTo profile: ProfileID, limit: Int, in db: SQLSession) throws -> [LoginSessionID] {
    try db.rows(
      "SELECT id FROM login_session WHERE profile_id = ? AND ended_at IS NULL LIMIT ?", profile, limit
    ) { try $0.id(0) }
  }

  /// Calls `body` for each session whose binding changed after `time`; by `login_session_by_binding`.
  static func forEachBound(
    after time: Timestamp, in db: SQLSession, _ body: (LoginSessionBound) throws -> Void
  ) throws {
    try db.forEach(
      """
      SELECT s.id, s.account_id, s.profile_id, COALESCE(p.kids, 0), s.binding_version
      FROM login_session AS s LEFT JOIN profile AS p ON p.id = s.profile_id
      WHERE s.bound_at > 0 AND s.bound_at > ? AND s.ended_at IS NULL ORDER BY s.bound_at
      """,
      time
    ) { row in
      try body(
        LoginSessionBound(
          loginSessionId: row.id(0), accountId: row.id(1), profileId: row.idOrNil(2), kids: row.bool(3),
          version: row.int(4)))
    }
  }
}
