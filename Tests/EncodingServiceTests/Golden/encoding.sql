CREATE TRIGGER job_changed AFTER UPDATE OF state, priority, duration_seconds ON job BEGIN
  UPDATE job SET revision = revision + 1 WHERE id = NEW.id;
END;

CREATE TRIGGER task_added AFTER INSERT ON task BEGIN
  UPDATE job SET revision = revision + 1 WHERE id = NEW.job_id;
  UPDATE task SET revision = (SELECT revision FROM job WHERE id = NEW.job_id) WHERE id = NEW.id;
END;

CREATE TRIGGER task_changed AFTER UPDATE OF state, attempts, progress, failure_reason ON task BEGIN
  UPDATE job SET revision = revision + 1 WHERE id = NEW.job_id;
  UPDATE task SET revision = (SELECT revision FROM job WHERE id = NEW.job_id) WHERE id = NEW.id;
END;

CREATE TABLE consumer_cursor (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  is_restoring INTEGER NOT NULL CHECK (is_restoring IN (0, 1)),
  PRIMARY KEY (consumer, source)
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

CREATE TABLE job (
  id TEXT NOT NULL PRIMARY KEY,
  title_id TEXT NOT NULL,
  asset_id TEXT NOT NULL UNIQUE,
  upload_id TEXT REFERENCES upload (id),
  source_path TEXT,
  source_name TEXT,
  file_path TEXT NOT NULL,
  file_fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  failure_reason TEXT,
  duration_seconds REAL CHECK (duration_seconds > 0),
  created_at INTEGER NOT NULL,
  finished_at INTEGER, options TEXT NOT NULL DEFAULT '{}', playable_at INTEGER, ladder TEXT, file_bytes INTEGER CHECK (file_bytes > 0), priority TEXT NOT NULL DEFAULT 'normal'
  CHECK (priority IN ('low', 'normal', 'high')), turn REAL, started_at INTEGER, revision INTEGER NOT NULL DEFAULT 1,
  CHECK ((upload_id IS NULL) <> (source_path IS NULL)),
  CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
  CHECK ((failure_reason IS NOT NULL) = (state = 'failed'))
) STRICT;

CREATE TABLE job_check (
  job_id TEXT NOT NULL REFERENCES job (id),
  name TEXT NOT NULL,
  passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
  detail TEXT NOT NULL,
  evidence TEXT,
  PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_film (
  job_id TEXT NOT NULL PRIMARY KEY REFERENCES job (id),
  side_car_files TEXT NOT NULL,
  facts TEXT,
  tracks TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE job_upload (
  job_id TEXT NOT NULL REFERENCES job (id),
  upload_id TEXT NOT NULL REFERENCES upload (id),
  PRIMARY KEY (upload_id, job_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  token INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  task_id TEXT NOT NULL REFERENCES task (id),
  attempt INTEGER NOT NULL CHECK (attempt > 0),
  encoder TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT CHECK (outcome IN
    ('succeeded', 'retryableFailure', 'permanentFailure', 'released', 'expired', 'cancelled')),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
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

CREATE TABLE pace (
  kind TEXT NOT NULL PRIMARY KEY,
  seconds_per_weight REAL NOT NULL CHECK (seconds_per_weight > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked_event (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  subject TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  json BLOB NOT NULL,
  PRIMARY KEY (consumer, source, subject, epoch, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE present_turn (
  only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
  turn REAL NOT NULL
) STRICT;

CREATE TABLE rendition (
  job_id TEXT NOT NULL REFERENCES job (id),
  ordinal INTEGER NOT NULL,
  name TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  frame_rate TEXT NOT NULL,
  maximum_bitrate_kbps INTEGER NOT NULL CHECK (maximum_bitrate_kbps > 0),
  average_bitrate_kbps INTEGER, codec TEXT NOT NULL DEFAULT 'h264' CHECK (codec IN ('h264', 'hevc', 'av1')), constant_rate_factor INTEGER, bytes INTEGER CHECK (bytes > 0), why TEXT, quality TEXT,
  PRIMARY KEY (job_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_migration (
  number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE task (
  id TEXT NOT NULL PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES job (id),
  kind TEXT NOT NULL,
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  position INTEGER NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('blocked', 'ready', 'leased', 'succeeded', 'failed', 'cancelled')),
  work BLOB NOT NULL,
  output BLOB,
  weight REAL NOT NULL CHECK (weight >= 0),
  progress REAL NOT NULL CHECK (progress BETWEEN 0 AND 1),
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  not_before INTEGER NOT NULL,
  lease_token INTEGER REFERENCES lease (token),
  failure_reason TEXT, rank INTEGER NOT NULL DEFAULT 0, capabilities TEXT NOT NULL DEFAULT '[]', space_bytes INTEGER NOT NULL DEFAULT 0 CHECK (space_bytes >= 0), excused_attempts INTEGER NOT NULL DEFAULT 0
  CHECK (excused_attempts BETWEEN 0 AND attempts), film_seconds REAL NOT NULL DEFAULT 0 CHECK (film_seconds >= 0), attempt_progress REAL NOT NULL DEFAULT 0 CHECK (attempt_progress BETWEEN 0 AND 1), attempt_seconds REAL NOT NULL DEFAULT 0 CHECK (attempt_seconds >= 0), revision INTEGER NOT NULL DEFAULT 1,
  UNIQUE (job_id, kind, ordinal),
  CHECK (state <> 'leased' OR lease_token IS NOT NULL),
  CHECK ((output IS NOT NULL) = (state = 'succeeded'))
) STRICT;

CREATE TABLE task_need (
  task_id TEXT NOT NULL REFERENCES task (id),
  needs_id TEXT NOT NULL REFERENCES task (id),
  PRIMARY KEY (task_id, needs_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE unfinished_upload (
  id TEXT NOT NULL PRIMARY KEY,
  file TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  length_bytes INTEGER CHECK (length_bytes > 0),
  offset_bytes INTEGER NOT NULL CHECK (offset_bytes >= 0),
  hash_state BLOB NOT NULL CHECK (length(hash_state) = 104),
  name TEXT,
  metadata TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CHECK (length_bytes IS NULL OR offset_bytes <= length_bytes)
) STRICT;

CREATE TABLE upload (
  id TEXT NOT NULL PRIMARY KEY,
  file TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  name TEXT,
  created_at INTEGER NOT NULL
, owner TEXT NOT NULL DEFAULT 'service', metadata TEXT, removed_at INTEGER) STRICT;

CREATE TABLE worker (
  name TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('active', 'cordoned', 'draining')),
  facts TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);

CREATE INDEX job_by_state ON job (state, id);

CREATE INDEX job_turn ON job (turn, id) WHERE turn IS NOT NULL;

CREATE INDEX lease_by_task ON lease (task_id);

CREATE INDEX lease_open ON lease (encoder) WHERE ended_at IS NULL;

CREATE INDEX task_by_revision ON task (job_id, revision);

CREATE INDEX task_leased ON task (job_id) WHERE state = 'leased';

CREATE INDEX task_need_by_needed ON task_need (needs_id);

CREATE INDEX task_ready ON task (job_id, rank, position) WHERE state = 'ready';

CREATE INDEX unfinished_upload_by_expiry ON unfinished_upload (expires_at);

CREATE INDEX upload_present ON upload (id) WHERE removed_at IS NULL;
