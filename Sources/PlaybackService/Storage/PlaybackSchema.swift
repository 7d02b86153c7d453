import EventKit
package import StorageKit

/// The tables of `playback.db`, append-only: those of the kits come first.
package enum PlaybackSchema {
  package static var all: [Migration] {
    EventSchema.migrations(startingAt: 1)
      + IdempotencySchema.migrations(startingAt: EventSchema.count + 1)
      + own(startingAt: EventSchema.count + IdempotencySchema.count + 1)
  }

  private static func own(startingAt number: Int) -> [Migration] {
    [
      Migration(
        number, "titles, accounts, sessions and viewings",
        """
        -- Playback's own copy of what can be played, fed by /catalog: playing goes on while catalog is stopped.
        CREATE TABLE titles (
          id TEXT NOT NULL PRIMARY KEY,
          minimum_age INTEGER NOT NULL CHECK (minimum_age IN (0, 7, 12, 16, 18)),
          asset_id TEXT,
          duration_seconds REAL NOT NULL CHECK (duration_seconds >= 0),
          CHECK (asset_id IS NULL OR duration_seconds > 0)
        ) STRICT, WITHOUT ROWID;

        -- The plan of each account, fed by /accounts.
        CREATE TABLE accounts (
          id TEXT NOT NULL PRIMARY KEY,
          plan TEXT NOT NULL CHECK (plan IN ('basic', 'standard', 'premium'))
        ) STRICT, WITHOUT ROWID;

        -- What a profile has watched of a title, over all its sessions. last_watched_at is 0 until a first heartbeat.
        CREATE TABLE viewings (
          id INTEGER NOT NULL PRIMARY KEY,
          profile_id TEXT NOT NULL,
          title_id TEXT NOT NULL,
          position_seconds REAL NOT NULL CHECK (position_seconds >= 0),
          duration_seconds REAL NOT NULL CHECK (duration_seconds > 0),
          watched_seconds REAL NOT NULL CHECK (watched_seconds >= 0),
          last_watched_at INTEGER NOT NULL CHECK (last_watched_at >= 0),
          UNIQUE (profile_id, title_id)
        ) STRICT;
        CREATE INDEX viewings_latest ON viewings (profile_id, last_watched_at, id) WHERE last_watched_at > 0;

        -- No index names a column that a heartbeat changes: a heartbeat writes this row and its viewing, nothing else.
        CREATE TABLE sessions (
          id TEXT NOT NULL PRIMARY KEY,
          account_id TEXT NOT NULL,
          profile_id TEXT NOT NULL,
          login_session_id TEXT,
          title_id TEXT NOT NULL,
          viewing_id INTEGER NOT NULL,
          duration_seconds REAL NOT NULL CHECK (duration_seconds > 0),
          position_seconds REAL NOT NULL CHECK (position_seconds >= 0),
          started_at INTEGER NOT NULL CHECK (started_at > 0),
          heartbeat_at INTEGER NOT NULL CHECK (heartbeat_at > 0),
          published_state TEXT CHECK (published_state IN ('playing', 'paused', 'buffering', 'ended')),
          published_at INTEGER,
          media_expires_at INTEGER NOT NULL,
          ended_at INTEGER,
          end_reason TEXT CHECK (end_reason IN ('stopped', 'ended', 'leaseExpired', 'profileDeleted', 'signedOut')),
          CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
          CHECK ((published_at IS NULL) = (published_state IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_open ON sessions (account_id) WHERE ended_at IS NULL;
        CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX sessions_ended_media ON sessions (media_expires_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX sessions_of_profile ON sessions (profile_id);
        """),
      Migration(
        number + 1, "my list and thumbs",
        """
        CREATE TABLE list_entries (
          id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
          profile_id TEXT NOT NULL,
          title_id TEXT NOT NULL,
          added_at INTEGER NOT NULL CHECK (added_at > 0),
          UNIQUE (profile_id, title_id)
        ) STRICT;
        CREATE INDEX list_entries_latest ON list_entries (profile_id, added_at, id);

        CREATE TABLE ratings (
          profile_id TEXT NOT NULL,
          title_id TEXT NOT NULL,
          thumbs TEXT NOT NULL CHECK (thumbs IN ('down', 'up', 'love')),
          rated_at INTEGER NOT NULL CHECK (rated_at > 0),
          PRIMARY KEY (profile_id, title_id)
        ) STRICT, WITHOUT ROWID;
        """),
      AllowanceSchema.migration(number + 2),
      ContentKeySchema.migration(number + 3),
      Migration(
        number + 4, "sound and text of titles",
        """
        -- JSON, always read whole; null where catalog has not told.
        ALTER TABLE titles ADD COLUMN tracks TEXT;
        """),
      Migration(
        number + 5, "windows and territories of titles",
        """
        -- Without a beginning, an end and bounds until catalog tells them. Territories are parted by spaces.
        ALTER TABLE titles ADD COLUMN available_from INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE titles ADD COLUMN available_until INTEGER NOT NULL DEFAULT 9223372036854775807;
        ALTER TABLE titles ADD COLUMN territories TEXT NOT NULL DEFAULT '';
        """),
    ]
  }
}
