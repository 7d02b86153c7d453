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

CREATE TABLE consumer_cursor (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  is_restoring INTEGER NOT NULL CHECK (is_restoring IN (0, 1)),
  PRIMARY KEY (consumer, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE credit (
  title INTEGER NOT NULL REFERENCES title (number),
  role TEXT NOT NULL CHECK (role IN ('director', 'cast')),
  position INTEGER NOT NULL,
  person INTEGER NOT NULL REFERENCES person (number),
  PRIMARY KEY (title, role, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE failing_subject (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  subject TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  error TEXT NOT NULL,
  dead_letter TEXT,
  PRIMARY KEY (consumer, source, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_key (
  scope TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  seq INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
  created_at INTEGER NOT NULL,
  json BLOB NOT NULL
) STRICT;

CREATE TABLE outbox_state (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  last_seq INTEGER NOT NULL CHECK (last_seq >= 0)
) STRICT;

CREATE TABLE parked_event (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  subject TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  json BLOB NOT NULL,
  PRIMARY KEY (consumer, source, subject, epoch, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200)
) STRICT;

CREATE TABLE schema_migration (
  number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE search_trigram (
  trigram TEXT NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (trigram, word)
) STRICT, WITHOUT ROWID;

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
, available_from INTEGER, available_until INTEGER
  CHECK (available_from IS NULL OR available_until IS NULL OR available_from < available_until), territories TEXT CHECK (length(territories) >= 2)) STRICT;

CREATE TABLE title_country (
  title INTEGER NOT NULL REFERENCES title (number),
  position INTEGER NOT NULL,
  country TEXT NOT NULL CHECK (length(country) = 2),
  PRIMARY KEY (title, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE title_genre (
  title INTEGER NOT NULL REFERENCES title (number),
  position INTEGER NOT NULL,
  genre TEXT NOT NULL,
  PRIMARY KEY (title, position)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE title_search USING fts5 (
  name, people, genres, synopsis, tokenize = 'ascii', prefix = '1 2 3'
);

CREATE TABLE 'title_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'title_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2, c3);

CREATE TABLE 'title_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'title_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'title_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE video (
  title_id TEXT PRIMARY KEY NOT NULL,
  asset_id TEXT NOT NULL,
  duration_seconds REAL NOT NULL CHECK (duration_seconds > 0),
  max_height INTEGER NOT NULL CHECK (max_height > 0),
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  published_at INTEGER NOT NULL
, is_complete INTEGER NOT NULL DEFAULT 1 CHECK (is_complete IN (0, 1)), tracks TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawn_asset (
  asset_id TEXT PRIMARY KEY NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  withdrawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credit_by_person ON credit (person, title);

CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);

CREATE INDEX title_genre_by_genre ON title_genre (genre, title);
