CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  plan TEXT NOT NULL CHECK (plan IN ('basic', 'standard', 'premium'))
, streams INTEGER CHECK (streams > 0), max_height INTEGER CHECK (max_height > 0)) STRICT, WITHOUT ROWID;

CREATE TABLE consumer_cursor (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  is_restoring INTEGER NOT NULL CHECK (is_restoring IN (0, 1)),
  PRIMARY KEY (consumer, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE content_keys (
  asset_id TEXT NOT NULL PRIMARY KEY,
  key_id BLOB NOT NULL UNIQUE CHECK (length(key_id) = 16),
  scheme TEXT NOT NULL CHECK (scheme IN ('aes128', 'cbcs')),
  -- Sealed under keys/content.key, for this asset, key id and scheme alone.
  sealed_key BLOB NOT NULL CHECK (length(sealed_key) > 16),
  made_at INTEGER NOT NULL CHECK (made_at > 0),
  -- When another asset took this one's place in its title: no new session plays it from then on.
  replaced_at INTEGER
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

CREATE TABLE list_entries (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  profile_id TEXT NOT NULL,
  title_id TEXT NOT NULL,
  added_at INTEGER NOT NULL CHECK (added_at > 0),
  UNIQUE (profile_id, title_id)
) STRICT;

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

CREATE TABLE ratings (
  profile_id TEXT NOT NULL,
  title_id TEXT NOT NULL,
  thumbs TEXT NOT NULL CHECK (thumbs IN ('down', 'up', 'love')),
  rated_at INTEGER NOT NULL CHECK (rated_at > 0),
  PRIMARY KEY (profile_id, title_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_migration (
  number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE "sessions" (
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

CREATE TABLE titles (
  id TEXT NOT NULL PRIMARY KEY,
  minimum_age INTEGER NOT NULL CHECK (minimum_age IN (0, 7, 12, 16, 18)),
  asset_id TEXT,
  duration_seconds REAL NOT NULL CHECK (duration_seconds >= 0), tracks TEXT, available_from INTEGER NOT NULL DEFAULT 0, available_until INTEGER NOT NULL DEFAULT 9223372036854775807, territories TEXT NOT NULL DEFAULT '',
  CHECK (asset_id IS NULL OR duration_seconds > 0)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX content_keys_replaced ON content_keys (replaced_at) WHERE replaced_at IS NOT NULL;

CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);

CREATE INDEX list_entries_latest ON list_entries (profile_id, added_at, id);

CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX sessions_ended_media ON sessions (media_expires_at) WHERE ended_at IS NOT NULL;

CREATE INDEX sessions_of_profile ON sessions (profile_id);

CREATE INDEX sessions_open ON sessions (account_id) WHERE ended_at IS NULL;

CREATE INDEX viewings_latest ON viewings (profile_id, last_watched_at, id) WHERE last_watched_at > 0;
