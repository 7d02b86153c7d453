import StorageKit

/// The log: a relay that can be made anew.
enum EventLogSchema {
  static let migrations = [
    Migration(
      1, "event log",
      """
      CREATE TABLE event_stream (
        id INTEGER NOT NULL PRIMARY KEY,
        source TEXT NOT NULL,
        epoch TEXT NOT NULL,
        last_seq INTEGER NOT NULL CHECK (last_seq >= 0),
        UNIQUE (source, epoch)
      ) STRICT;

      CREATE TABLE event_log (
        position INTEGER NOT NULL PRIMARY KEY,
        stream INTEGER NOT NULL REFERENCES event_stream (id),
        seq INTEGER NOT NULL CHECK (seq > 0),
        received_at INTEGER NOT NULL,
        json BLOB NOT NULL,
        UNIQUE (stream, seq)
      ) STRICT;
      """)
  ]
}

/// The dead letters: truth.
enum DeadLetterSchema {
  static let migrations = [
    Migration(
      1, "dead letters",
      """
      CREATE TABLE dead_letter (
        id TEXT NOT NULL PRIMARY KEY,
        consumer TEXT NOT NULL,
        service TEXT NOT NULL,
        source TEXT NOT NULL,
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        subject TEXT NOT NULL,
        type TEXT NOT NULL,
        error TEXT NOT NULL,
        event TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('dead', 'redriving', 'settled')),
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        UNIQUE (service, consumer, source, epoch, seq)
      ) STRICT;

      CREATE INDEX dead_letter_open ON dead_letter (service, consumer) WHERE status <> 'settled';
      CREATE INDEX dead_letter_settled ON dead_letter (updated_at) WHERE status = 'settled';
      """)
  ]
}
