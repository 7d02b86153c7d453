import AccountsAPI
import Contract
import StorageKit

extension DeviceDecision.Decision: SQLValue {}

/// The table of devices that wait to be signed in.
enum DeviceCodeSchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "device codes",
      """
      CREATE TABLE device_code (
        hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
        user_code TEXT NOT NULL UNIQUE CHECK (length(user_code) = 8),
        device_name TEXT NOT NULL,
        device_kind TEXT NOT NULL CHECK (device_kind IN ('web', 'phone', 'tablet', 'tv')),
        network TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
        decision TEXT CHECK (decision IN ('approve', 'deny')),
        CHECK ((account_id IS NULL) = (decision IS NULL))
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX device_code_by_expiry ON device_code (expires_at);
      CREATE INDEX device_code_by_account ON device_code (account_id) WHERE account_id IS NOT NULL;
      """)
  }
}

/// A device that waits to be signed in, as it is kept: of its own code the hash alone.
struct StoredDeviceCode: Sendable {
  let hash: [UInt8]
  let device: Device
  let network: String
  let createdAt: Timestamp
  let expiresAt: Timestamp
  let account: AccountID?
  let decision: DeviceDecision.Decision?
}

/// All SQL about device codes.
enum DeviceCodeStore {
  /// Whether the code was free.
  static func insert(
    _ hash: [UInt8], _ userCode: UserCode, device: Device, network: String, now: Timestamp, expires: Timestamp,
    in db: SQLSession
  ) throws -> Bool {
    try db.execute(
      """
      INSERT INTO device_code (hash, user_code, device_name, device_kind, network, created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_code) DO NOTHING
      """,
      hash, userCode.text, device.name, device.kind, network, now, expires) == 1
  }

  static func find(hash: [UInt8], in db: SQLSession) throws -> StoredDeviceCode? {
    try db.first(
      """
      SELECT hash, device_name, device_kind, network, created_at, expires_at, account_id, decision
      FROM device_code WHERE hash = ?
      """,
      hash, as: row)
  }

  /// By the unique index on `user_code`.
  static func find(_ userCode: UserCode, in db: SQLSession) throws -> StoredDeviceCode? {
    try db.first(
      """
      SELECT hash, device_name, device_kind, network, created_at, expires_at, account_id, decision
      FROM device_code WHERE user_code = ?
      """,
      userCode.text, as: row)
  }

  static func decide(
    _ hash: [UInt8], _ decision: DeviceDecision.Decision, by account: AccountID, in db: SQLSession
  ) throws {
    try db.execute(
      "UPDATE device_code SET decision = ?, account_id = ? WHERE hash = ? AND decision IS NULL", decision, account, hash
    )
  }

  static func delete(_ hash: [UInt8], in db: SQLSession) throws {
    try db.execute("DELETE FROM device_code WHERE hash = ?", hash)
  }

  /// How many wait, those that expired and have not been deleted included.
  static func count(in db: SQLSession) throws -> Int {
    try db.first("SELECT COUNT(*) FROM device_code") { $0.int(0) } ?? 0
  }

  /// Deletes up to `limit` that expired before `time`; answers how many. By `device_code_by_expiry`.
  @discardableResult
  static func prune(expiredBefore time: Timestamp, limit: Int, in db: SQLSession) throws -> Int {
    try db.execute(
      """
      DELETE FROM device_code WHERE hash IN (
        SELECT hash FROM device_code WHERE expires_at < ? ORDER BY expires_at LIMIT ?
      )
      """,
      time, limit)
  }

  private static func row(_ row: SQLRow) throws -> StoredDeviceCode {
    StoredDeviceCode(
      hash: row.blob(0), device: Device(name: row.text(1), kind: try row.choice(2)), network: row.text(3),
      createdAt: row.time(4), expiresAt: row.time(5), account: try row.idOrNil(6), decision: try row.choiceOrNil(7))
  }
}
