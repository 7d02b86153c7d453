import StorageKit

/// The table of an audit log. What is in it stays: SQLite itself refuses to change, delete or slip in a row.
enum AuditSchema {
  static let migrations = [
    Migration(
      1, "audit log",
      """
      CREATE TABLE audit_entry (
        seq INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        act TEXT NOT NULL,
        target TEXT NOT NULL,
        phase TEXT NOT NULL CHECK (phase IN ('begun', 'answered')),
        begun_seq INTEGER NOT NULL CHECK (begun_seq BETWEEN 1 AND seq),
        status INTEGER,
        previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        CHECK ((phase = 'begun') = (begun_seq = seq)),
        CHECK ((phase = 'answered') = (status IS NOT NULL))
      ) STRICT;

      CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry
      BEGIN SELECT RAISE(ABORT, 'an audit log only grows'); END;

      CREATE TRIGGER audit_entry_stands BEFORE UPDATE ON audit_entry
      BEGIN SELECT RAISE(ABORT, 'an audit log only grows'); END;

      CREATE TRIGGER audit_entry_follows BEFORE INSERT ON audit_entry
      WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_entry)
      BEGIN SELECT RAISE(ABORT, 'an audit log only grows at its end'); END;
      """)
  ]
}
