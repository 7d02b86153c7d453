import StorageKit

/// The tables of what viewers and operators tell this service itself. No event tells it again: a rebuild leaves them.
enum AudienceSchema {
  static let count = 1

  static func migrations(startingAt number: Int) -> [Migration] {
    [Migration(number, "impressions, hidden titles and experiments", tables)]
  }

  private static let tables = """
    -- A page of which something came into view.
    CREATE TABLE shown_page (
      id TEXT PRIMARY KEY NOT NULL,
      profile TEXT NOT NULL,
      shown_at INTEGER NOT NULL,
      model_version TEXT NOT NULL,
      experiment TEXT,
      arm INTEGER,
      CHECK ((experiment IS NULL) = (arm IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX shown_page_by_profile ON shown_page (profile);
    CREATE INDEX shown_page_by_time ON shown_page (shown_at);
    CREATE INDEX shown_page_by_experiment ON shown_page (experiment, arm, profile) WHERE experiment IS NOT NULL;

    -- A title of it, where it stood, how it came there, and what came of it.
    CREATE TABLE impression (
      page TEXT NOT NULL REFERENCES shown_page (id) ON DELETE CASCADE,
      title INTEGER NOT NULL REFERENCES title (number),
      profile TEXT NOT NULL,
      row_id TEXT NOT NULL,
      position INTEGER NOT NULL CHECK (position >= 0),
      shown_at INTEGER NOT NULL,
      propensity REAL NOT NULL CHECK (propensity > 0 AND propensity <= 1),
      team TEXT CHECK (team IN ('own', 'rival')),
      -- Of a title drawn by chance: from how many, and which place it had by the page's order and by popularity.
      pool_size INTEGER CHECK (pool_size > 1),
      pool_rank INTEGER CHECK (pool_rank >= 0),
      popularity_rank INTEGER CHECK (popularity_rank >= 0),
      session TEXT,
      began_at INTEGER,
      watched_share REAL NOT NULL DEFAULT 0 CHECK (watched_share >= 0 AND watched_share <= 1),
      PRIMARY KEY (page, title)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX impression_by_viewer ON impression (profile, title, shown_at);
    CREATE INDEX impression_by_session ON impression (session) WHERE session IS NOT NULL;
    CREATE INDEX impression_by_chance ON impression (shown_at) WHERE pool_size IS NOT NULL;

    CREATE TABLE hidden_title (
      profile TEXT NOT NULL,
      title INTEGER NOT NULL REFERENCES title (number),
      hidden_at INTEGER NOT NULL,
      PRIMARY KEY (profile, title)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE taste_reset (
      profile TEXT PRIMARY KEY NOT NULL,
      reset_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE experiment (
      id TEXT PRIMARY KEY NOT NULL,
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('comparison', 'interleaving')),
      share REAL NOT NULL CHECK (share > 0 AND share <= 1),
      -- JSON, as they were given.
      arms BLOB NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX experiment_running ON experiment (ended_at IS NULL) WHERE ended_at IS NULL;
    """
}
