import EventKit
import StorageKit

/// The tables of `recommendations.db`, after those of the consumer. All of these can be made anew from events.
enum RecommendationsSchema {
  static let migrations =
    EventSchema.migrations(startingAt: 1) + [
      Migration(EventSchema.count + 1, "titles, watches and plays", tables),
      LearningSchema.migration(EventSchema.count + 2),
    ] + AudienceSchema.migrations(startingAt: EventSchema.count + 3)
    + IdempotencySchema.migrations(startingAt: EventSchema.count + 3 + AudienceSchema.count)
    + ModelSchema.migrations(startingAt: EventSchema.count + 3 + AudienceSchema.count + IdempotencySchema.count)
    + [
      Migration(
        EventSchema.count + 3 + AudienceSchema.count + IdempotencySchema.count + ModelSchema.count,
        "windows and territories", availability)
    ]

  /// `revision` grows with every change that the shelf in memory has to follow; `generation` with every rebuild.
  private static let tables = """
    CREATE TABLE projection (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      generation INTEGER NOT NULL,
      revision INTEGER NOT NULL
    ) STRICT;
    INSERT INTO projection (only, generation, revision) VALUES (1, 1, 0);

    -- A title may be played before catalog's event about it is read.
    CREATE TABLE title (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE title_facts (
      title INTEGER PRIMARY KEY REFERENCES title (number),
      year INTEGER NOT NULL,
      maturity TEXT NOT NULL CHECK (maturity IN ('all', '7', '12', '16', '18')),
      is_playable INTEGER NOT NULL CHECK (is_playable IN (0, 1)),
      added_at INTEGER NOT NULL,
      -- Lists are parted by U+001F.
      genres TEXT NOT NULL,
      directors TEXT NOT NULL,
      "cast" TEXT NOT NULL,
      revision INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX title_facts_by_revision ON title_facts (revision);

    CREATE TABLE watch (
      profile TEXT NOT NULL,
      title INTEGER NOT NULL REFERENCES title (number),
      position_seconds REAL NOT NULL CHECK (position_seconds >= 0),
      duration_seconds REAL NOT NULL CHECK (duration_seconds >= 0),
      watched_seconds REAL NOT NULL CHECK (watched_seconds >= 0),
      last_at INTEGER NOT NULL,
      PRIMARY KEY (profile, title)
    ) STRICT, WITHOUT ROWID;
    -- Covers what a page reads.
    CREATE INDEX watch_by_time
      ON watch (profile, last_at DESC, title, position_seconds, duration_seconds, watched_seconds);

    -- Which profile was counted for which title on which UTC day, and in which hour: once a day.
    CREATE TABLE counted_play (
      profile TEXT NOT NULL,
      title INTEGER NOT NULL REFERENCES title (number),
      day INTEGER NOT NULL,
      hour INTEGER NOT NULL,
      PRIMARY KEY (profile, title, day)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX counted_play_by_day ON counted_play (day);

    CREATE TABLE plays_in_hour (
      title INTEGER NOT NULL REFERENCES title (number),
      hour INTEGER NOT NULL,
      profiles INTEGER NOT NULL CHECK (profiles >= 0),
      revision INTEGER NOT NULL,
      PRIMARY KEY (title, hour)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX plays_in_hour_by_revision ON plays_in_hour (revision);
    CREATE INDEX plays_in_hour_by_hour ON plays_in_hour (hour);

    -- Events of an erased profile that come later, or again, leave no trace.
    CREATE TABLE erased_profile (
      profile TEXT PRIMARY KEY NOT NULL,
      erased_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// Null where there is no bound; territories are parted by U+001F, as other lists.
  private static let availability = """
    ALTER TABLE title_facts ADD COLUMN available_from INTEGER;
    ALTER TABLE title_facts ADD COLUMN available_until INTEGER;
    ALTER TABLE title_facts ADD COLUMN territories TEXT;
    """
}
