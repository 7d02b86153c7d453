import AccountsAPI
import Contract
import StorageKit

extension MailKind: SQLValue {}

/// A mail that waits to be sent.
struct QueuedMail: Sendable {
  let id: MailID
  let kind: MailKind
  /// Nil for a password reset: whose address it is, if anybody's, is looked up when it is sent.
  let account: AccountID?
  /// As it was written.
  let address: String
  /// What a notice tells of a device; empty otherwise.
  let device: String
  let createdAt: Timestamp
  let dueAt: Timestamp
  let attempts: Int
}

/// All SQL about mails that wait.
enum MailStore {
  static func insert(_ mail: QueuedMail, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO mail (id, kind, account_id, address, device, created_at, due_at, attempts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      mail.id, mail.kind, mail.account, mail.address, mail.device, mail.createdAt, mail.dueAt, mail.attempts)
  }

  /// Those that may be sent now, longest due first; by `mail_by_due`.
  static func due(at now: Timestamp, limit: Int, in db: SQLSession) throws -> [QueuedMail] {
    try db.rows(
      """
      SELECT id, kind, account_id, address, device, created_at, due_at, attempts
      FROM mail WHERE due_at <= ? ORDER BY due_at, id LIMIT ?
      """,
      now, limit
    ) { row in
      QueuedMail(
        id: try row.id(0), kind: try row.choice(1), account: try row.idOrNil(2), address: row.text(3),
        device: row.text(4), createdAt: row.time(5), dueAt: row.time(6), attempts: row.int(7))
    }
  }

  /// When the next mail may be sent; nil where none waits.
  static func nextDue(in db: SQLSession) throws -> Timestamp? {
    try db.first("SELECT due_at FROM mail ORDER BY due_at, id LIMIT 1") { $0.time(0) }
  }

  /// How many wait, counted up to `limit`.
  static func count(upTo limit: Int, in db: SQLSession) throws -> Int {
    try db.first("SELECT COUNT(*) FROM (SELECT 1 FROM mail LIMIT ?)", limit) { $0.int(0) } ?? 0
  }

  static func postpone(_ mail: MailID, to time: Timestamp, in db: SQLSession) throws {
    try db.execute("UPDATE mail SET due_at = ?, attempts = attempts + 1 WHERE id = ?", time, mail)
  }

  static func delete(_ mail: MailID, in db: SQLSession) throws {
    try db.execute("DELETE FROM mail WHERE id = ?", mail)
  }

  /// Mails of an account that have not been sent; by `mail_by_account`.
  static func deleteAll(of account: AccountID, kinds: [MailKind], in db: SQLSession) throws {
    for kind in kinds { try db.execute("DELETE FROM mail WHERE account_id = ? AND kind = ?", account, kind) }
  }
}
