import StorageKit

/// What an erasure leaves, ids, and what it takes along, keys. Append-only.
enum ErasureSchema {
  static func erasedAccounts(_ number: Int) -> Migration {
    Migration(
      number, "erased accounts",
      """
      -- Ids alone, parted by spaces: for views that begin after the event's retention.
      CREATE TABLE erased_account (
        id TEXT NOT NULL PRIMARY KEY,
        profile_ids TEXT NOT NULL,
        erased_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      """)
  }

  static func eventKeys(_ number: Int) -> Migration {
    Migration(
      number, "keys of what events tell of people",
      """
      CREATE TABLE event_key (
        account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
        key BLOB NOT NULL CHECK (length(key) = 32)
      ) STRICT, WITHOUT ROWID;
      """)
  }
}
