import AccountsAPI
import Contract
import StorageKit

enum EntitlementSchema {
  /// What others were last told an account's plan gives, so that a change of the plans themselves is told too. Empty
  /// where they were told nothing yet.
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "entitlements that were told",
      """
      ALTER TABLE account ADD COLUMN entitlements_told TEXT NOT NULL DEFAULT '';
      CREATE INDEX account_by_entitlements ON account (plan, entitlements_told);
      """)
  }
}

/// All SQL about plans and what was told of them.
enum EntitlementStore {
  static func change(_ account: AccountID, to plan: Plan, in db: SQLSession) throws {
    try db.execute("UPDATE account SET plan = ? WHERE id = ?", plan, account)
  }

  static func markTold(_ entitlements: Entitlements, to account: AccountID, in db: SQLSession) throws {
    try db.execute("UPDATE account SET entitlements_told = ? WHERE id = ?", entitlements.mark, account)
  }

  /// Accounts of `plan` of whom something else was told last, at most `limit`; by `account_by_entitlements`.
  static func untold(
    _ entitlements: Entitlements, of plan: Plan, limit: Int, in db: SQLSession
  ) throws -> [AccountID] {
    try db.rows(
      """
      SELECT id FROM account
      WHERE plan = ? AND (entitlements_told < ? OR entitlements_told > ?) LIMIT ?
      """,
      plan, entitlements.mark, entitlements.mark, limit
    ) { try $0.id(0) }
  }
}

extension Entitlements {
  /// The same for the same entitlements.
  fileprivate var mark: String { "\(streams) \(maxHeight) \(profiles) \(downloads)" }
}
