import Contract
import StorageKit

/// The table of signing keys: their times. The keys themselves are files that only accounts can read.
enum SigningKeySchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "signing keys",
      """
      CREATE TABLE signing_key (
        number INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
        made_at INTEGER NOT NULL,
        signs_from INTEGER NOT NULL CHECK (signs_from >= made_at)
      ) STRICT;
      """)
  }
}

/// All SQL about signing keys.
enum SigningKeyStore {
  /// More than are ever kept.
  private static let listMaximum = 1000

  static func insert(_ number: Int, madeAt: Timestamp, signsFrom: Timestamp, in db: SQLSession) throws {
    try db.execute(
      "INSERT INTO signing_key (number, made_at, signs_from) VALUES (?, ?, ?)", number, madeAt, signsFrom)
  }

  static func delete(_ number: Int, in db: SQLSession) throws {
    try db.execute("DELETE FROM signing_key WHERE number = ?", number)
  }

  /// Oldest first.
  static func all(in db: SQLSession) throws -> [(number: Int, signsFrom: Timestamp)] {
    try db.rows("SELECT number, signs_from FROM signing_key ORDER BY number LIMIT ?", listMaximum) {
      ($0.int(0), $0.time(1))
    }
  }
}
