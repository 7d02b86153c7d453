import StorageKit

enum AllowanceSchema {
  /// What accounts' plans give, and how sharp each session was opened. The table of sessions is made anew, since a
  /// CHECK cannot be changed: sessions end for more reasons now.
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "what plans give, and the height of sessions",
      """
      -- Null where accounts has told the plan's name alone.
      ALTER TABLE accounts ADD COLUMN streams INTEGER CHECK (streams > 0);
      ALTER TABLE accounts ADD COLUMN max_height INTEGER CHECK (max_height > 0);

      CREATE TABLE sessions_with_height (
        id TEXT NOT NULL PRIMARY KEY,
        account_id TEXT NOT NULL,
        profile_id TEXT NOT NULL,
        login_session_id TEXT,
        title_id TEXT NOT NULL,
        viewing_id INTEGER NOT NULL,
        duration_seconds REAL NOT NULL CHECK (duration_seconds > 0),
        position_seconds REAL NOT NULL CHECK (position_seconds >= 0),
        -- Null for a session that was opened before heights were capped.
        max_height INTEGER CHECK (max_height > 0),
        started_at INTEGER NOT NULL CHECK (started_at > 0),
        heartbeat_at INTEGER NOT NULL CHECK (heartbeat_at > 0),
        published_state TEXT CHECK (published_state IN ('playing', 'paused', 'buffering', 'ended')),
        published_at INTEGER,
        media_expires_at INTEGER NOT NULL,
        ended_at INTEGER,
        end_reason TEXT CHECK (end_reason IN (
          'stopped', 'ended', 'leaseExpired', 'profileDeleted', 'signedOut', 'planChanged', 'profileLocked',
          'accountErased')),
        CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
        CHECK ((published_at IS NULL) = (published_state IS NULL))
      ) STRICT, WITHOUT ROWID;
      INSERT INTO sessions_with_height (
        id, account_id, profile_id, login_session_id, title_id, viewing_id, duration_seconds, position_seconds,
        started_at, heartbeat_at, published_state, published_at, media_expires_at, ended_at, end_reason)
      SELECT id, account_id, profile_id, login_session_id, title_id, viewing_id, duration_seconds, position_seconds,
        started_at, heartbeat_at, published_state, published_at, media_expires_at, ended_at, end_reason
      FROM sessions;
      DROP TABLE sessions;
      ALTER TABLE sessions_with_height RENAME TO sessions;
      CREATE INDEX sessions_open ON sessions (account_id) WHERE ended_at IS NULL;
      CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
      CREATE INDEX sessions_ended_media ON sessions (media_expires_at) WHERE ended_at IS NOT NULL;
      CREATE INDEX sessions_of_profile ON sessions (profile_id);
      """)
  }
}
