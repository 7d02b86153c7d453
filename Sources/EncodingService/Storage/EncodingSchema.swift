import EventKit
import StorageKit

/// The tables of encoding. Append-only: a shipped migration never changes.
enum EncodingSchema {
  static let migrations: [Migration] =
    EventSchema.migrations()
    + IdempotencySchema.migrations(startingAt: EventSchema.count + 1)
    + [
      Migration(
        EventSchema.count + IdempotencySchema.count + 1, "uploads, jobs, tasks, leases, renditions",
        """
        CREATE TABLE upload (
          id TEXT NOT NULL PRIMARY KEY,
          file TEXT NOT NULL UNIQUE,
          bytes INTEGER NOT NULL CHECK (bytes > 0),
          sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
          name TEXT,
          created_at INTEGER NOT NULL
        ) STRICT;

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
          finished_at INTEGER,
          CHECK ((upload_id IS NULL) <> (source_path IS NULL)),
          CHECK ((finished_at IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
          CHECK ((failure_reason IS NOT NULL) = (state = 'failed'))
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
          failure_reason TEXT,
          UNIQUE (job_id, kind, ordinal),
          CHECK (state <> 'leased' OR lease_token IS NOT NULL),
          CHECK ((output IS NOT NULL) = (state = 'succeeded'))
        ) STRICT;
        CREATE INDEX task_ready ON task (not_before) WHERE state = 'ready';
        CREATE INDEX task_leased ON task (job_id) WHERE state = 'leased';

        CREATE TABLE task_need (
          task_id TEXT NOT NULL REFERENCES task (id),
          needs_id TEXT NOT NULL REFERENCES task (id),
          PRIMARY KEY (task_id, needs_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX task_need_by_needed ON task_need (needs_id);

        CREATE TABLE lease (
          token INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
          task_id TEXT NOT NULL REFERENCES task (id),
          attempt INTEGER NOT NULL CHECK (attempt > 0),
          encoder TEXT NOT NULL,
          granted_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL,
          ended_at INTEGER,
          outcome TEXT CHECK (outcome IN
            ('succeeded', 'retryableFailure', 'permanentFailure', 'released', 'expired', 'cancelled')),
          CHECK ((ended_at IS NULL) = (outcome IS NULL))
        ) STRICT;
        CREATE INDEX lease_open ON lease (expires_at) WHERE ended_at IS NULL;
        CREATE INDEX lease_by_task ON lease (task_id);

        CREATE TABLE rendition (
          job_id TEXT NOT NULL REFERENCES job (id),
          ordinal INTEGER NOT NULL,
          name TEXT NOT NULL,
          width INTEGER NOT NULL CHECK (width > 0),
          height INTEGER NOT NULL CHECK (height > 0),
          frame_rate TEXT NOT NULL,
          maximum_bitrate_kbps INTEGER NOT NULL CHECK (maximum_bitrate_kbps > 0),
          average_bitrate_kbps INTEGER,
          PRIMARY KEY (job_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 2, "options of jobs",
        """
        ALTER TABLE job ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 3, "since when a job's film can be played",
        """
        ALTER TABLE job ADD COLUMN playable_at INTEGER;
        UPDATE job SET playable_at = finished_at WHERE state = 'succeeded';
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 4, "codecs, sizes, reasons and quality of renditions",
        """
        ALTER TABLE job ADD COLUMN ladder TEXT;
        ALTER TABLE rendition ADD COLUMN codec TEXT NOT NULL DEFAULT 'h264' CHECK (codec IN ('h264', 'hevc', 'av1'));
        ALTER TABLE rendition ADD COLUMN constant_rate_factor INTEGER;
        ALTER TABLE rendition ADD COLUMN bytes INTEGER CHECK (bytes > 0);
        ALTER TABLE rendition ADD COLUMN why TEXT;
        ALTER TABLE rendition ADD COLUMN quality TEXT;
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 5, "lengths of sources",
        """
        ALTER TABLE job ADD COLUMN file_bytes INTEGER CHECK (file_bytes > 0);
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 6, "what the gate before publishing found",
        """
        CREATE TABLE job_check (
          job_id TEXT NOT NULL REFERENCES job (id),
          name TEXT NOT NULL,
          passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
          detail TEXT NOT NULL,
          evidence TEXT,
          PRIMARY KEY (job_id, name)
        ) STRICT, WITHOUT ROWID;
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 7, "uploads under way, whose they are, and which jobs read them",
        """
        ALTER TABLE upload ADD COLUMN owner TEXT NOT NULL DEFAULT 'service';
        ALTER TABLE upload ADD COLUMN metadata TEXT;
        ALTER TABLE upload ADD COLUMN removed_at INTEGER;
        CREATE INDEX upload_present ON upload (id) WHERE removed_at IS NULL;

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
        CREATE INDEX unfinished_upload_by_expiry ON unfinished_upload (expires_at);

        CREATE TABLE job_upload (
          job_id TEXT NOT NULL REFERENCES job (id),
          upload_id TEXT NOT NULL REFERENCES upload (id),
          PRIMARY KEY (upload_id, job_id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO job_upload (job_id, upload_id) SELECT id, upload_id FROM job WHERE upload_id IS NOT NULL;
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 8, "turns of jobs, demands of tasks, workers",
        """
        ALTER TABLE job ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal'
          CHECK (priority IN ('low', 'normal', 'high'));
        -- NULL once nothing is left to be done for it, sweeping included.
        ALTER TABLE job ADD COLUMN turn REAL;
        ALTER TABLE job ADD COLUMN started_at INTEGER;
        -- Grows with each change of the job or of one of its tasks.
        ALTER TABLE job ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
        UPDATE job SET turn = 0 WHERE EXISTS (
          SELECT 1 FROM task WHERE task.job_id = job.id AND task.state IN ('blocked', 'ready', 'leased'));
        UPDATE job SET started_at = (
          SELECT MIN(granted_at) FROM lease JOIN task ON task.id = lease.task_id WHERE task.job_id = job.id);
        CREATE INDEX job_turn ON job (turn, id) WHERE turn IS NOT NULL;
        CREATE INDEX job_by_state ON job (state, id);

        CREATE TABLE present_turn (
          only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
          turn REAL NOT NULL
        ) STRICT;
        INSERT INTO present_turn (only, turn) VALUES (1, 0);

        ALTER TABLE task ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE task ADD COLUMN capabilities TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE task ADD COLUMN space_bytes INTEGER NOT NULL DEFAULT 0 CHECK (space_bytes >= 0);
        ALTER TABLE task ADD COLUMN excused_attempts INTEGER NOT NULL DEFAULT 0
          CHECK (excused_attempts BETWEEN 0 AND attempts);
        -- How much of the film it goes through; 0 where that says nothing.
        ALTER TABLE task ADD COLUMN film_seconds REAL NOT NULL DEFAULT 0 CHECK (film_seconds >= 0);
        -- Of its present or last attempt.
        ALTER TABLE task ADD COLUMN attempt_progress REAL NOT NULL DEFAULT 0 CHECK (attempt_progress BETWEEN 0 AND 1);
        ALTER TABLE task ADD COLUMN attempt_seconds REAL NOT NULL DEFAULT 0 CHECK (attempt_seconds >= 0);
        -- The job's, at its last change.
        ALTER TABLE task ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
        DROP INDEX task_ready;
        CREATE INDEX task_ready ON task (job_id, rank, position) WHERE state = 'ready';
        CREATE INDEX task_by_revision ON task (job_id, revision);
        CREATE TRIGGER task_added AFTER INSERT ON task BEGIN
          UPDATE job SET revision = revision + 1 WHERE id = NEW.job_id;
          UPDATE task SET revision = (SELECT revision FROM job WHERE id = NEW.job_id) WHERE id = NEW.id;
        END;
        CREATE TRIGGER task_changed AFTER UPDATE OF state, attempts, progress, failure_reason ON task BEGIN
          UPDATE job SET revision = revision + 1 WHERE id = NEW.job_id;
          UPDATE task SET revision = (SELECT revision FROM job WHERE id = NEW.job_id) WHERE id = NEW.id;
        END;
        CREATE TRIGGER job_changed AFTER UPDATE OF state, priority, duration_seconds ON job BEGIN
          UPDATE job SET revision = revision + 1 WHERE id = NEW.id;
        END;

        -- Leases run out on the monotonic clock, in memory.
        DROP INDEX lease_open;
        ALTER TABLE lease DROP COLUMN expires_at;
        CREATE INDEX lease_open ON lease (encoder) WHERE ended_at IS NULL;

        CREATE TABLE worker (
          name TEXT NOT NULL PRIMARY KEY,
          state TEXT NOT NULL CHECK (state IN ('active', 'cordoned', 'draining')),
          facts TEXT NOT NULL,
          first_seen_at INTEGER NOT NULL,
          last_seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- How long tasks really take, against their weight: what is known of a kind before a job has done one.
        CREATE TABLE pace (
          kind TEXT NOT NULL PRIMARY KEY,
          seconds_per_weight REAL NOT NULL CHECK (seconds_per_weight > 0)
        ) STRICT, WITHOUT ROWID;
        """),
      Migration(
        EventSchema.count + IdempotencySchema.count + 9, "what is in a job's film, and its tracks of sound and text",
        """
        CREATE TABLE job_film (
          job_id TEXT NOT NULL PRIMARY KEY REFERENCES job (id),
          side_car_files TEXT NOT NULL,
          facts TEXT,
          tracks TEXT
        ) STRICT, WITHOUT ROWID;
        """),
    ]
}
