import Contract
import EventKit
import SecurityKit
import StorageKit

/// All SQL about the keys of what events tell about people. The only place where they are kept: an account's key goes
/// with it, and what was sealed with it stays closed everywhere.
enum EventKeyStore {
  static func key(of account: AccountID, in db: SQLSession) throws -> SealingKey? {
    try db.first("SELECT key FROM event_key WHERE account_id = ?", account) { SealingKey($0.blob(0)) } ?? nil
  }

  /// The account's key, made at its first use; nil where there is no such account.
  static func keyOrNew(of account: AccountID, in db: SQLSession) throws -> SealingKey? {
    if let known = try key(of: account, in: db) { return known }
    let made = SealingKey.random()
    let isMade = try db.execute(
      "INSERT INTO event_key (account_id, key) SELECT id, ? FROM account WHERE id = ?", made.bytes, account)
    return isMade > 0 ? made : nil
  }

  static func drop(_ account: AccountID, in db: SQLSession) throws {
    try db.execute("DELETE FROM event_key WHERE account_id = ?", account)
  }
}

/// Accounts seals with the keys it keeps.
struct StoredEventKeys: EventKeyring {
  func sealingKey(of account: AccountID, in session: SQLSession) throws -> SealingKey? {
    try EventKeyStore.keyOrNew(of: account, in: session)
  }
}
