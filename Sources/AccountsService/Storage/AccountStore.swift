import AccountsAPI
import Contract
import SecurityKit
import StorageKit

extension AccountRole: SQLValue {}
extension Plan: SQLValue {}
extension Device.Kind: SQLValue {}
extension LoginSessionEnded.Reason: SQLValue {}
extension MaturityRating: SQLValue {}

/// An account and the address it claims.
struct AddressedAccount: Sendable {
  let id: AccountID
  /// Empty where the account has lost it.
  let address: EmailAddress
  /// Whether the address has been proved to be the owner's.
  let isVerified: Bool
}

/// All SQL about accounts.
enum AccountStore {
  /// Throws ``AccountsError/emailTaken`` where the address is to be verified and, however it is written, another
  /// account has proved it.
  static func insert(_ account: Account, emailKey: String, hash: PasswordHash, in db: SQLSession) throws {
    do {
      try db.execute(
        """
        INSERT INTO account
          (id, email, email_key, email_verified_at, password_hash, display_name, country, plan, role, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        account.id, account.email, emailKey, account.emailVerified ? account.createdAt : nil, hash.text,
        account.displayName, account.country, account.plan, account.role, account.createdAt)
    } catch let error as StorageError where error.isDuplicate {
      throw AccountsError.emailTaken
    }
  }

  static func account(_ id: AccountID, in db: SQLSession) throws -> Account? {
    try db.first(
      """
      SELECT id, email, display_name, country, plan, role, created_at, email_verified_at IS NOT NULL,
        (SELECT c.email FROM address_change AS c WHERE c.account_id = account.id)
      FROM account WHERE id = ?
      """,
      id, as: account)
  }

  static func addressed(_ id: AccountID, in db: SQLSession) throws -> AddressedAccount? {
    try db.first("SELECT id, email, email_key, email_verified_at IS NOT NULL FROM account WHERE id = ?", id) { row in
      AddressedAccount(
        id: try row.id(0), address: EmailAddress(stored: row.text(1), key: row.text(2)), isVerified: row.bool(3))
    }
  }

  /// Whose address it is as far as is known: the account that has proved it, else the one that signed up first. By
  /// `account_by_address`.
  static func holder(of emailKey: String, in db: SQLSession) throws -> Account? {
    try db.first(
      """
      SELECT id, email, display_name, country, plan, role, created_at, email_verified_at IS NOT NULL,
        (SELECT c.email FROM address_change AS c WHERE c.account_id = account.id)
      FROM account WHERE email_key = ? ORDER BY (email_verified_at IS NULL), id LIMIT 1
      """,
      emailKey, as: account)
  }

  /// Accounts that can be logged in to with the address, in the same order. More than that many claim no address
  /// honestly, and they signed up last. By `account_by_address`.
  static func claims(
    on emailKey: String, in db: SQLSession
  ) throws -> [(id: AccountID, hash: PasswordHash)] {
    try db.rows(
      """
      SELECT id, password_hash FROM account
      WHERE email_key = ? ORDER BY (email_verified_at IS NULL), id LIMIT 200
      """,
      emailKey
    ) { (try $0.id(0), PasswordHash(text: $0.text(1))) }
  }

  static func passwordHash(of id: AccountID, in db: SQLSession) throws -> PasswordHash? {
    try db.first("SELECT password_hash FROM account WHERE id = ?", id) { PasswordHash(text: $0.text(0)) }
  }

  /// Replaces the hash, unless it is no longer the one that was checked; answers whether it was.
  @discardableResult
  static func replaceHash(
    of id: AccountID, _ old: PasswordHash, with new: PasswordHash, in db: SQLSession
  ) throws -> Bool {
    try db.execute(
      "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?", new.text, id, old.text) == 1
  }

  static func setHash(_ hash: PasswordHash, of id: AccountID, in db: SQLSession) throws {
    try db.execute("UPDATE account SET password_hash = ? WHERE id = ?", hash.text, id)
  }

  static func update(_ id: AccountID, displayName: String, country: String, in db: SQLSession) throws {
    try db.execute("UPDATE account SET display_name = ?, country = ? WHERE id = ?", displayName, country, id)
  }

  /// Calls `body` for each account, in order of their ids.
  static func forEach(
    _ plans: PlanCatalogue, in db: SQLSession, _ body: (AccountCreated) throws -> Void
  ) throws {
    try db.forEach("SELECT id, plan, country FROM account ORDER BY id") { row in
      let plan: Plan = try row.choice(1)
      try body(
        AccountCreated(
          accountId: row.id(0), plan: plan, country: row.text(2), entitlements: plans.entitlements(of: plan)))
    }
  }

  private static func account(_ row: SQLRow) throws -> Account {
    Account(
      id: try row.id(0), email: row.text(1), displayName: row.text(2), country: row.text(3), plan: try row.choice(4),
      role: try row.choice(5), createdAt: row.time(6), emailVerified: row.bool(7), pendingEmail: row.textOrNil(8))
  }
}
