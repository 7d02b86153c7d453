CREATE TABLE consumer_cursor (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  is_restoring INTEGER NOT NULL CHECK (is_restoring IN (0, 1)),
  PRIMARY KEY (consumer, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE counted_play (
  profile TEXT NOT NULL,
  title INTEGER NOT NULL REFERENCES title (number),
  day INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  PRIMARY KEY (profile, title, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_profile (
  profile TEXT PRIMARY KEY NOT NULL,
  erased_at INTEGER NOT NULL
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

CREATE TABLE failing_subject (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  subject TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  error TEXT NOT NULL,
  dead_letter TEXT,
  PRIMARY KEY (consumer, source, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE hidden_title (
  profile TEXT NOT NULL,
  title INTEGER NOT NULL REFERENCES title (number),
  hidden_at INTEGER NOT NULL,
  PRIMARY KEY (profile, title)
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

CREATE TABLE learning (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  changes INTEGER NOT NULL CHECK (changes >= 0),
  erasures INTEGER NOT NULL CHECK (erasures >= 0),
  -- The version that operators hold on to; 0 where the newest good one serves.
  pinned_model INTEGER NOT NULL CHECK (pinned_model >= 0)
) STRICT;

CREATE TABLE model_version (
  number INTEGER PRIMARY KEY,
  state TEXT NOT NULL
    CHECK (state IN ('published', 'refused', 'notAhead', 'damaged', 'otherFormat', 'removed')),
  trained_at INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('first', 'erasure', 'interactions', 'titles', 'age', 'asked', 'format')),
  profiles INTEGER NOT NULL CHECK (profiles >= 0),
  titles INTEGER NOT NULL CHECK (titles >= 0),
  interactions INTEGER NOT NULL CHECK (interactions >= 0),
  ndcg_at_100 REAL NOT NULL CHECK (ndcg_at_100 >= 0),
  held_out_profiles INTEGER NOT NULL CHECK (held_out_profiles >= 0),
  -- The best of what needs no training on the same profiles, and how far the model is ahead of it.
  rival TEXT CHECK (rival IN ('similarity', 'popularity')),
  rival_ndcg_at_100 REAL CHECK (rival_ndcg_at_100 >= 0),
  lead REAL,
  lead_standard_error REAL CHECK (lead_standard_error >= 0),
  ahead_at INTEGER,
  training_cpu_seconds REAL NOT NULL CHECK (training_cpu_seconds >= 0),
  -- Where `learning` and the catalogue stood when it was trained.
  changes INTEGER NOT NULL CHECK (changes >= 0),
  erasures INTEGER NOT NULL CHECK (erasures >= 0),
  catalogue INTEGER NOT NULL CHECK (catalogue >= 0),
  CHECK ((rival IS NULL) = (rival_ndcg_at_100 IS NULL)),
  CHECK ((rival IS NULL) = (lead IS NULL)),
  CHECK ((rival IS NULL) = (lead_standard_error IS NULL))
) STRICT;

CREATE TABLE opinion (
  profile TEXT NOT NULL,
  title INTEGER NOT NULL REFERENCES title (number),
  thumbs TEXT NOT NULL CHECK (thumbs IN ('none', 'down', 'up', 'love')),
  thumbs_at INTEGER NOT NULL,
  is_listed INTEGER NOT NULL CHECK (is_listed IN (0, 1)),
  listed_at INTEGER NOT NULL,
  PRIMARY KEY (profile, title)
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

CREATE TABLE pick (
  profile TEXT NOT NULL,
  title INTEGER NOT NULL REFERENCES title (number),
  picked_at INTEGER NOT NULL,
  PRIMARY KEY (profile, title)
) STRICT, WITHOUT ROWID;

CREATE TABLE plays_in_hour (
  title INTEGER NOT NULL REFERENCES title (number),
  hour INTEGER NOT NULL,
  profiles INTEGER NOT NULL CHECK (profiles >= 0),
  revision INTEGER NOT NULL,
  PRIMARY KEY (title, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE projection (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  generation INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE schema_migration (
  number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE shown_page (
  id TEXT PRIMARY KEY NOT NULL,
  profile TEXT NOT NULL,
  shown_at INTEGER NOT NULL,
  model_version TEXT NOT NULL,
  experiment TEXT,
  arm INTEGER,
  CHECK ((experiment IS NULL) = (arm IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE taste_reset (
  profile TEXT PRIMARY KEY NOT NULL,
  reset_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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
, available_from INTEGER, available_until INTEGER, territories TEXT) STRICT;

CREATE TABLE watch (
  profile TEXT NOT NULL,
  title INTEGER NOT NULL REFERENCES title (number),
  position_seconds REAL NOT NULL CHECK (position_seconds >= 0),
  duration_seconds REAL NOT NULL CHECK (duration_seconds >= 0),
  watched_seconds REAL NOT NULL CHECK (watched_seconds >= 0),
  last_at INTEGER NOT NULL,
  PRIMARY KEY (profile, title)
) STRICT, WITHOUT ROWID;

CREATE INDEX counted_play_by_day ON counted_play (day);

CREATE UNIQUE INDEX experiment_running ON experiment (ended_at IS NULL) WHERE ended_at IS NULL;

CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);

CREATE INDEX impression_by_chance ON impression (shown_at) WHERE pool_size IS NOT NULL;

CREATE INDEX impression_by_session ON impression (session) WHERE session IS NOT NULL;

CREATE INDEX impression_by_viewer ON impression (profile, title, shown_at);

CREATE INDEX plays_in_hour_by_hour ON plays_in_hour (hour);

CREATE INDEX plays_in_hour_by_revision ON plays_in_hour (revision);

CREATE INDEX shown_page_by_experiment ON shown_page (experiment, arm, profile) WHERE experiment IS NOT NULL;

CREATE INDEX shown_page_by_profile ON shown_page (profile);

CREATE INDEX shown_page_by_time ON shown_page (shown_at);

CREATE INDEX title_facts_by_revision ON title_facts (revision);

CREATE INDEX watch_by_time
  ON watch (profile, last_at DESC, title, position_seconds, duration_seconds, watched_seconds);
