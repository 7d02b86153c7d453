import AccountsAPI
import Contract
import StorageKit

extension LinkToken.Purpose: SQLValue {}

/// What a link that is still good stands for.
struct StoredLink: Sendable {
  let purpose: LinkToken.Purpose
  let account: AccountID
  /// The address that was proved by receiving it.
  let emailKey: String
}

/// All SQL about links in mails. One is good once: using it deletes all that the account has for the same purpose.
enum LinkStore {
  /// A mail that is sent again gives its link a new term.
  static func put(_ token: LinkToken, _ link: StoredLink, expires: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO link (token_hash, purpose, account_id, email_key, expires_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at
      """,
      token.hash, link.purpose, link.account, link.emailKey, expires)
  }

  /// Nil where the link was never sent, was used, or has expired.
  static func link(_ token: LinkToken, now: Timestamp, in db: SQLSession) throws -> StoredLink? {
    try db.first(
      "SELECT purpose, account_id, email_key FROM link WHERE token_hash = ? AND expires_at > ?", token.hash, now
    ) { StoredLink(purpose: try $0.choice(0), account: try $0.id(1), emailKey: $0.text(2)) }
  }

  /// By `link_by_account`.
  static func deleteAll(of account: AccountID, for purposes: [LinkToken.Purpose], in db: SQLSession) throws {
    for purpose in purposes {
      try db.execute("DELETE FROM link WHERE account_id = ? AND purpose = ?", account, purpose)
    }
  }

  /// Deletes up to `limit` links that expired before `time`; answers how many. By `link_by_expiry`.
  static func prune(expiredBefore time: Timestamp, limit: Int, in db: SQLSession) throws -> Int {
    try db.execute(
      """
      DELETE FROM link WHERE token_hash IN (
        SELECT token_hash FROM link WHERE expires_at < ? ORDER BY expires_at LIMIT ?
      )
      """,
      time, limit)
  }
}
