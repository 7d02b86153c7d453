import EventKit
import StorageKit

/// The tables of `catalog.db`, after those of the outbox.
enum CatalogSchema {
  static let migrations =
    EventSchema.migrations(startingAt: 1)
    + IdempotencySchema.migrations(startingAt: EventSchema.count + 1)
    + [
      Migration(EventSchema.count + IdempotencySchema.count + 1, "titles", titles),
      Migration(EventSchema.count + IdempotencySchema.count + 2, "search", search),
      Migration(
        EventSchema.count + IdempotencySchema.count + 3, "films that are not complete, and withdrawn ones", growing),
      Migration(EventSchema.count + IdempotencySchema.count + 4, "sound and text of videos", tracks),
      Migration(EventSchema.count + IdempotencySchema.count + 5, "windows and territories", availability),
    ]

  /// Lists are kept in their order. A video may be told of before its title is: it waits for it.
  private static let titles = """
    CREATE TABLE title (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      key TEXT UNIQUE,
      kind TEXT NOT NULL CHECK (kind IN ('film', 'series')),
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
      folded_name TEXT NOT NULL,
      year INTEGER NOT NULL CHECK (year BETWEEN 1870 AND 2100),
      synopsis TEXT NOT NULL CHECK (length(synopsis) <= 5000),
      language TEXT NOT NULL,
      maturity TEXT NOT NULL CHECK (maturity IN ('all', '7', '12', '16', '18')),
      minimum_age INTEGER NOT NULL GENERATED ALWAYS AS (iif(maturity = 'all', 0, CAST(maturity AS INTEGER))) STORED,
      runtime_seconds INTEGER NOT NULL CHECK (runtime_seconds BETWEEN 0 AND 86400),
      licence TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE title_genre (
      title INTEGER NOT NULL REFERENCES title (number),
      position INTEGER NOT NULL,
      genre TEXT NOT NULL,
      PRIMARY KEY (title, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX title_genre_by_genre ON title_genre (genre, title);

    CREATE TABLE title_country (
      title INTEGER NOT NULL REFERENCES title (number),
      position INTEGER NOT NULL,
      country TEXT NOT NULL CHECK (length(country) = 2),
      PRIMARY KEY (title, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE person (
      number INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200)
    ) STRICT;

    CREATE TABLE credit (
      title INTEGER NOT NULL REFERENCES title (number),
      role TEXT NOT NULL CHECK (role IN ('director', 'cast')),
      position INTEGER NOT NULL,
      person INTEGER NOT NULL REFERENCES person (number),
      PRIMARY KEY (title, role, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX credit_by_person ON credit (person, title);

    CREATE TABLE video (
      title_id TEXT PRIMARY KEY NOT NULL,
      asset_id TEXT NOT NULL,
      duration_seconds REAL NOT NULL CHECK (duration_seconds > 0),
      max_height INTEGER NOT NULL CHECK (max_height > 0),
      epoch TEXT NOT NULL,
      seq INTEGER NOT NULL,
      published_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Lists as one text each, parted by U+001F, which no field may contain.
    CREATE VIEW whole_title AS
    SELECT t.number, t.id, t.kind, t.name, t.year, t.synopsis, t.language, t.maturity, t.runtime_seconds, t.licence,
      t.created_at,
      (SELECT group_concat(country, char(31)) FROM
        (SELECT country FROM title_country WHERE title = t.number ORDER BY position)) AS countries,
      (SELECT group_concat(genre, char(31)) FROM
        (SELECT genre FROM title_genre WHERE title = t.number ORDER BY position)) AS genres,
      (SELECT group_concat(name, char(31)) FROM
        (SELECT p.name FROM credit c JOIN person p ON p.number = c.person
          WHERE c.title = t.number AND c.role = 'director' ORDER BY c.position)) AS directors,
      (SELECT group_concat(name, char(31)) FROM
        (SELECT p.name FROM credit c JOIN person p ON p.number = c.person
          WHERE c.title = t.number AND c.role = 'cast' ORDER BY c.position)) AS "cast",
      v.asset_id, v.duration_seconds, v.max_height
    FROM title t LEFT JOIN video v ON v.title_id = t.id;
    """

  /// Words come folded and parted by spaces, so the plain `ascii` tokenizer keeps them as they are.
  /// `search_trigram` leads from three letters to the words of names, people and genres that have them.
  private static let search = """
    CREATE VIRTUAL TABLE title_search USING fts5 (
      name, people, genres, synopsis, tokenize = 'ascii', prefix = '1 2 3'
    );

    CREATE TABLE search_trigram (
      trigram TEXT NOT NULL,
      word TEXT NOT NULL,
      PRIMARY KEY (trigram, word)
    ) STRICT, WITHOUT ROWID;
    """

  /// What was withdrawn is kept by asset, since what it takes back may be told late.
  private static let growing = """
    ALTER TABLE video ADD COLUMN is_complete INTEGER NOT NULL DEFAULT 1 CHECK (is_complete IN (0, 1));

    CREATE TABLE withdrawn_asset (
      asset_id TEXT PRIMARY KEY NOT NULL,
      epoch TEXT NOT NULL,
      seq INTEGER NOT NULL,
      withdrawn_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// As JSON, always read whole; a view cannot be changed, so it is made anew.
  private static let tracks = """
    ALTER TABLE video ADD COLUMN tracks TEXT;

    DROP VIEW whole_title;

    -- Lists as one text each, parted by U+001F, which no field may contain.
    CREATE VIEW whole_title AS
    SELECT t.number, t.id, t.kind, t.name, t.year, t.synopsis, t.language, t.maturity, t.runtime_seconds, t.licence,
      t.created_at,
      (SELECT group_concat(country, char(31)) FROM
        (SELECT country FROM title_country WHERE title = t.number ORDER BY position)) AS countries,
      (SELECT group_concat(genre, char(31)) FROM
        (SELECT genre FROM title_genre WHERE title = t.number ORDER BY position)) AS genres,
      (SELECT group_concat(name, char(31)) FROM
        (SELECT p.name FROM credit c JOIN person p ON p.number = c.person
          WHERE c.title = t.number AND c.role = 'director' ORDER BY c.position)) AS directors,
      (SELECT group_concat(name, char(31)) FROM
        (SELECT p.name FROM credit c JOIN person p ON p.number = c.person
          WHERE c.title = t.number AND c.role = 'cast' ORDER BY c.position)) AS "cast",
      v.asset_id, v.duration_seconds, v.max_height, v.tracks
    FROM title t LEFT JOIN video v ON v.title_id = t.id;
    """

  /// Territories as one text, parted by spaces: a code of two letters is found in it and nowhere across two.
  private static let availability = """
    ALTER TABLE title ADD COLUMN available_from INTEGER;
    ALTER TABLE title ADD COLUMN available_until INTEGER
      CHECK (available_from IS NULL OR available_until IS NULL OR available_from < available_until);
    ALTER TABLE title ADD COLUMN territories TEXT CHECK (length(territories) >= 2);

    DROP VIEW whole_title;

    -- Lists as one text each, parted by U+001F, which no field may contain.
    CREATE VIEW whole_title AS
    SELECT t.number, t.id, t.kind, t.name, t.year, t.synopsis, t.language, t.maturity, t.runtime_seconds, t.licence,
      t.created_at, t.available_from, t.available_until, t.territories,
      (SELECT group_concat(country, char(31)) FROM
        (SELECT country FROM title_country WHERE title = t.number ORDER BY position)) AS countries,
      (SELECT group_concat(genre, char(31)) FROM
        (SELECT genre FROM title_genre WHERE title = t.number ORDER BY position)) AS genres,
      (SELECT group_concat(name, char(31)) FROM
        (SELECT p.name FROM credit c JOIN person p ON p.number = c.person
          WHERE c.title = t.number AND c.role = 'director' ORDER BY c.position)) AS directors,
      (SELECT group_concat(name, char(31)) FROM
        (SELECT p.name FROM credit c JOIN person p ON p.number = c.person
          WHERE c.title = t.number AND c.role = 'cast' ORDER BY c.position)) AS "cast",
      v.asset_id, v.duration_seconds, v.max_height, v.tracks
    FROM title t LEFT JOIN video v ON v.title_id = t.id;
    """
}
