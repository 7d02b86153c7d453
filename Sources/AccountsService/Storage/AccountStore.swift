import AccountsAPI
import Contract
import SecurityKit
import StorageKit

extension AccountRole: SQLValue {}
extension Plan: SQLValue {}
extension Device.Kind: SQLValue {}
extension LoginSessionEnded.Reason: SQLValue {}
extension MaturityRating: SQLValue {}

/// All SQL about accounts.
enum AccountStore {
  /// Throws ``AccountsError/emailTaken`` where the address, however it is written, has an account.
  static func insert(_ account: Account, emailKey: String, hash: PasswordHash, in db: SQLSession) throws {
    do {
      try db.execute(
        """
        INSERT INTO account (id, email, email_key, password_hash, display_name, country, plan, role, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        account.id, account.email, emailKey, hash.text, account.displayName, account.country, account.plan,
        account.role, account.createdAt)
    } catch let error as StorageError where error.isDuplicate {
      throw AccountsError.emailTaken
    }
  }

  static func account(_ id: AccountID, in db: SQLSession) throws -> Account? {
    try db.first(
      "SELECT id, email, display_name, country, plan, role, created_at FROM account WHERE id = ?", id, as: account)
  }

  /// By the unique index on `email_key`.
  static func credentials(
    emailKey: String, in db: SQLSession
  ) throws -> (account: Account, hash: PasswordHash)? {
    try db.first(
      """
      SELECT id, email, display_name, country, plan, role, created_at, password_hash
      FROM account WHERE email_key = ?
      """,
      emailKey
    ) { (try account($0), PasswordHash(text: $0.text(7))) }
  }

  static func passwordHash(of id: AccountID, in db: SQLSession) throws -> PasswordHash? {
    try db.first("SELECT password_hash FROM account WHERE id = ?", id) { PasswordHash(text: $0.text(0)) }
  }

  /// Replaces the hash, unless it is no longer the one that was checked.
  static func replaceHash(
    of id: AccountID, _ old: PasswordHash, with new: PasswordHash, in db: SQLSession
  ) throws {
    try db.execute(
      "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?", new.text, id, old.text)
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
      role: try row.choice(5), createdAt: row.time(6))
  }
}
