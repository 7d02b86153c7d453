import AccountsAPI
import Contract
import StorageKit

/// An address that an account shall have.
struct PendingAddress: Sendable {
  let address: EmailAddress
  /// Its link has been used.
  var isProved: Bool
  /// The link sent to the present address has been used, or none was needed.
  var isAgreed: Bool
}

/// All SQL about whose an address is. Many accounts may claim one; at most one has proved that it is its owner's.
enum AddressStore {
  /// The account that has proved the address; by `account_by_verified_address`.
  static func owner(of key: String, in db: SQLSession) throws -> AccountID? {
    try db.first("SELECT id FROM account WHERE email_key = ? AND email_verified_at IS NOT NULL", key) { try $0.id(0) }
  }

  /// Up to `limit` accounts besides `account` that claim the address and have not proved it; by `account_by_address`.
  static func otherClaims(
    on key: String, besides account: AccountID, limit: Int, in db: SQLSession
  ) throws -> [AccountID] {
    try db.rows(
      """
      SELECT id FROM account
      WHERE email_key = ? AND (email_verified_at IS NULL) = 1 AND id <> ? ORDER BY id LIMIT ?
      """,
      key, account, limit
    ) { try $0.id(0) }
  }

  /// The account has the address from now on, verified. Throws ``AccountsError/linkInvalid`` where another has proved
  /// it meanwhile.
  static func verify(_ address: EmailAddress, of account: AccountID, now: Timestamp, in db: SQLSession) throws {
    do {
      try db.execute(
        "UPDATE account SET email = ?, email_key = ?, email_verified_at = ? WHERE id = ?", address.text, address.key,
        now, account)
    } catch let error as StorageError where error.isDuplicate {
      throw AccountsError.linkInvalid
    }
  }

  /// The account has no address any more, so nobody can log in to it.
  static func drop(of account: AccountID, in db: SQLSession) throws {
    try db.execute("UPDATE account SET email = '', email_key = '', email_verified_at = NULL WHERE id = ?", account)
  }

  // MARK: - Changes

  static func putPending(
    _ pending: PendingAddress, of account: AccountID, expires: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO address_change (account_id, email, email_key, is_proved, is_agreed, expires_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (account_id) DO UPDATE SET email = excluded.email, email_key = excluded.email_key,
        is_proved = excluded.is_proved, is_agreed = excluded.is_agreed, expires_at = excluded.expires_at
      """,
      account, pending.address.text, pending.address.key, pending.isProved, pending.isAgreed, expires)
  }

  static func notePending(_ pending: PendingAddress, of account: AccountID, in db: SQLSession) throws {
    try db.execute(
      "UPDATE address_change SET is_proved = ?, is_agreed = ? WHERE account_id = ?", pending.isProved,
      pending.isAgreed, account)
  }

  static func pending(of account: AccountID, now: Timestamp, in db: SQLSession) throws -> PendingAddress? {
    try db.first(
      "SELECT email, email_key, is_proved, is_agreed FROM address_change WHERE account_id = ? AND expires_at > ?",
      account, now
    ) { row in
      PendingAddress(
        address: EmailAddress(stored: row.text(0), key: row.text(1)), isProved: row.bool(2), isAgreed: row.bool(3))
    }
  }

  static func deletePending(of account: AccountID, in db: SQLSession) throws {
    try db.execute("DELETE FROM address_change WHERE account_id = ?", account)
  }

  /// Deletes up to `limit` changes that expired before `time`; answers how many. By `address_change_by_expiry`.
  static func prune(expiredBefore time: Timestamp, limit: Int, in db: SQLSession) throws -> Int {
    try db.execute(
      """
      DELETE FROM address_change WHERE account_id IN (
        SELECT account_id FROM address_change WHERE expires_at < ? ORDER BY expires_at LIMIT ?
      )
      """,
      time, limit)
  }
}
