import Contract
import SecurityKit
import ServerKit
import StorageKit

extension AuditEntry.Phase: SQLValue {}

/// All SQL about an audit log.
enum AuditStore {
  /// What the first line's hash follows.
  static let root = [UInt8](repeating: 0, count: Sodium.digestBytes)

  /// A line and how it hangs on the one before.
  struct Link: Sendable {
    let entry: AuditEntry
    let previousHash: [UInt8]
    let hash: [UInt8]

    /// The line's hash, were it made by the holder of `key`: of the one before it and of all its fields, each with
    /// its length, so that no two lines read the same.
    static func hash(_ entry: AuditEntry, after previous: [UInt8], key: HMACKey) -> [UInt8] {
      var message = previous
      for field in [
        "\(entry.seq)", "\(entry.at.milliseconds)", entry.actor, entry.act, entry.target, entry.phase.rawValue,
        "\(entry.begunSeq)", entry.status.map { "\($0)" } ?? "",
      ] {
        message += Array("\(field.utf8.count):".utf8) + Array(field.utf8)
      }
      return key.authenticationCode(of: message)
    }
  }

  /// Adds a line; answers its number.
  ///
  /// - Parameter answered: the number of the act's first line, and the status; nil for the first line itself.
  static func append(
    _ act: AuditedAct, answered: (begunSeq: Int64, status: Int)?, at: Timestamp, key: HMACKey, in db: SQLSession
  ) throws -> Int64 {
    let last = try db.first("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1") {
      (seq: $0.int64(0), hash: $0.blob(1))
    }
    let seq = (last?.seq ?? 0) + 1
    let previous = last?.hash ?? root
    let entry = AuditEntry(
      seq: seq, at: at, actor: act.actor, act: act.act, target: act.target, phase: answered == nil ? .begun : .answered,
      begunSeq: answered?.begunSeq ?? seq, status: answered?.status, hash: "")
    try db.execute(
      """
      INSERT INTO audit_entry (seq, at, actor, act, target, phase, begun_seq, status, previous_hash, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      entry.seq, entry.at, entry.actor, entry.act, entry.target, entry.phase, entry.begunSeq, entry.status, previous,
      Link.hash(entry, after: previous, key: key))
    return seq
  }

  /// The latest lines before `seq`, the latest first.
  static func entries(before seq: Int64, limit: Int, in db: SQLSession) throws -> [AuditEntry] {
    try db.rows(
      """
      SELECT seq, at, actor, act, target, phase, begun_seq, status, previous_hash, hash
      FROM audit_entry WHERE seq < ? ORDER BY seq DESC LIMIT ?
      """,
      seq, limit
    ) { try link($0).entry }
  }

  /// All lines, the first one first.
  static func forEach(in db: SQLSession, _ body: (Link) throws -> Void) throws {
    try db.forEach(
      """
      SELECT seq, at, actor, act, target, phase, begun_seq, status, previous_hash, hash FROM audit_entry ORDER BY seq
      """
    ) { try body(link($0)) }
  }

  private static func link(_ row: SQLRow) throws -> Link {
    let hash = row.blob(9)
    return Link(
      entry: AuditEntry(
        seq: row.int64(0), at: row.time(1), actor: row.text(2), act: row.text(3), target: row.text(4),
        phase: try row.choice(5), begunSeq: row.int64(6), status: row.intOrNil(7), hash: hash.hexadecimal),
      previousHash: row.blob(8), hash: hash)
  }
}

extension [UInt8] {
  var hexadecimal: String { map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined() }
}
