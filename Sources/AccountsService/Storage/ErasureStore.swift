import AccountsAPI
import Contract
import StorageKit

/// All SQL about what is left of an account when it goes: nothing but ids.
enum ErasureStore {
  /// More than any account has.
  private static let listMaximum = 10_000

  /// Every log-in session an access token may be of, ended or not.
  static func loginSessions(of account: AccountID, in db: SQLSession) throws -> [LoginSessionID] {
    try db.rows(
      "SELECT id FROM login_session WHERE account_id = ? AND ended_at IS NULL ORDER BY id LIMIT ?", account, listMaximum
    ) { try $0.id(0) }
  }

  static func profiles(of account: AccountID, in db: SQLSession) throws -> [ProfileID] {
    try db.rows("SELECT id FROM profile WHERE account_id = ? ORDER BY id LIMIT ?", account, listMaximum) {
      try $0.id(0)
    }
  }

  /// Deletes every row of the account and remembers that it was there.
  static func erase(_ erased: AccountErased, in db: SQLSession) throws {
    // Those to the address that nobody's account is named in yet; the account's own go with it.
    try db.execute(
      """
      DELETE FROM mail WHERE account_id IS NULL
        AND lower(address) = (SELECT lower(email) FROM account WHERE id = ?)
      """, erased.accountId)
    try db.execute("DELETE FROM login_session WHERE account_id = ?", erased.accountId)
    try db.execute("DELETE FROM profile WHERE account_id = ?", erased.accountId)
    try EventKeyStore.drop(erased.accountId, in: db)
    try db.execute("DELETE FROM account WHERE id = ?", erased.accountId)
    try db.execute(
      "INSERT INTO erased_account (id, profile_ids, erased_at) VALUES (?, ?, ?)", erased.accountId,
      erased.profileIds.map(\.description).joined(separator: " "), erased.at)
  }

  /// Calls `body` for each account that was erased, in order of their ids.
  static func forEach(in db: SQLSession, _ body: (AccountErased) throws -> Void) throws {
    try db.forEach("SELECT id, profile_ids, erased_at FROM erased_account ORDER BY id") { row in
      try body(
        AccountErased(
          accountId: row.id(0), profileIds: row.text(1).split(separator: " ").compactMap { ProfileID(String($0)) },
          at: row.time(2)))
    }
  }
}
