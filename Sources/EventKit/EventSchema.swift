package import StorageKit

/// The tables of a service that takes part in events. They come first: its own migrations go on after ``count``.
package enum EventSchema {
  package static let count = 2

  package static func migrations(startingAt number: Int = 1) -> [Migration] {
    [Migration(number, "outbox", outbox), Migration(number + 1, "consumers", consumers)]
  }

  /// SQL for a new epoch: its time of birth in milliseconds and chance, so that text order is order of birth.
  static let newEpoch = """
    printf('%012x-%s', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), lower(hex(randomblob(6))))
    """

  private static let outbox = """
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

    INSERT INTO outbox_state (id, epoch, last_seq) VALUES (1, \(newEpoch), 0);
    """

  private static let consumers = """
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

    CREATE TABLE parked_event (
      consumer TEXT NOT NULL,
      source TEXT NOT NULL,
      subject TEXT NOT NULL,
      epoch TEXT NOT NULL,
      seq INTEGER NOT NULL,
      json BLOB NOT NULL,
      PRIMARY KEY (consumer, source, subject, epoch, seq)
    ) STRICT, WITHOUT ROWID;
    """
}
