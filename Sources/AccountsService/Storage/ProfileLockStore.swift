import AccountsAPI
import Contract
import SecurityKit
import StorageKit

extension Avatar: SQLValue {}

enum ProfileLockSchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "avatars and PINs of profiles",
      """
      ALTER TABLE profile ADD COLUMN avatar TEXT NOT NULL DEFAULT 'fox' CHECK (length(avatar) BETWEEN 1 AND 32);
      -- Grows whenever a PIN is set or taken away.
      ALTER TABLE profile ADD COLUMN pin_version INTEGER NOT NULL DEFAULT 0 CHECK (pin_version >= 0);

      -- A profile with a row here is locked; tries are those since the right one, counted before they are checked.
      CREATE TABLE profile_pin (
        profile_id TEXT NOT NULL PRIMARY KEY REFERENCES profile (id) ON DELETE CASCADE,
        pin_hash TEXT NOT NULL CHECK (pin_hash LIKE '$argon2id$%'),
        tries INTEGER NOT NULL CHECK (tries >= 0),
        retry_at INTEGER NOT NULL CHECK (retry_at >= 0)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE profile_unlock (
        login_session_id TEXT NOT NULL REFERENCES login_session (id) ON DELETE CASCADE,
        profile_id TEXT NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
        unlocked_at INTEGER NOT NULL,
        PRIMARY KEY (login_session_id, profile_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX profile_unlock_by_profile ON profile_unlock (profile_id);
      """)
  }
}

/// All SQL about PINs, the tries at them, and what is unlocked for whom.
enum ProfileLockStore {
  struct Tried: Sendable {
    let hash: PasswordHash
    let tries: Int
    let retryAt: Timestamp
  }

  /// Sets the PIN, or takes it away where `hash` is nil; what was unlocked is locked again.
  static func put(_ hash: PasswordHash?, on profile: ProfileID, in db: SQLSession) throws {
    if let hash {
      try db.execute(
        """
        INSERT INTO profile_pin (profile_id, pin_hash, tries, retry_at) VALUES (?, ?, 0, 0)
        ON CONFLICT (profile_id) DO UPDATE SET pin_hash = excluded.pin_hash, tries = 0, retry_at = 0
        """, profile, hash.text)
    } else {
      try db.execute("DELETE FROM profile_pin WHERE profile_id = ?", profile)
    }
    try db.execute("DELETE FROM profile_unlock WHERE profile_id = ?", profile)
    try db.execute("UPDATE profile SET pin_version = pin_version + 1 WHERE id = ?", profile)
  }

  /// Nil where the profile has no PIN.
  static func pin(of profile: ProfileID, in db: SQLSession) throws -> Tried? {
    try db.first("SELECT pin_hash, tries, retry_at FROM profile_pin WHERE profile_id = ?", profile) { row in
      Tried(hash: PasswordHash(text: row.text(0)), tries: row.int(1), retryAt: row.time(2))
    }
  }

  /// Counts tries, unless the PIN is no longer the one that was tried.
  static func count(
    tries: Int, retryAt: Timestamp, at hash: PasswordHash, of profile: ProfileID, in db: SQLSession
  ) throws {
    try db.execute(
      "UPDATE profile_pin SET tries = ?, retry_at = ? WHERE profile_id = ? AND pin_hash = ?", tries, retryAt, profile,
      hash.text)
  }

  /// One less than there are by now: others may have been counted meanwhile. The wait stays.
  static func giveBackTry(at hash: PasswordHash, of profile: ProfileID, in db: SQLSession) throws {
    try db.execute(
      "UPDATE profile_pin SET tries = max(tries - 1, 0) WHERE profile_id = ? AND pin_hash = ?", profile, hash.text)
  }

  static func unlock(
    _ profile: ProfileID, for session: LoginSessionID, at now: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO profile_unlock (login_session_id, profile_id, unlocked_at) VALUES (?, ?, ?)
      ON CONFLICT (login_session_id, profile_id) DO NOTHING
      """, session, profile, now)
  }

  /// Whether the session may use the profile: it has no PIN, or the session has unlocked it.
  static func isUnlocked(_ profile: ProfileID, for session: LoginSessionID?, in db: SQLSession) throws -> Bool {
    let isLocked = try db.first("SELECT 1 FROM profile_pin WHERE profile_id = ?", profile) { _ in true } ?? false
    guard isLocked else { return true }
    return try db.first(
      "SELECT 1 FROM profile_unlock WHERE login_session_id = ? AND profile_id = ?", session, profile
    ) { _ in true } ?? false
  }
}
