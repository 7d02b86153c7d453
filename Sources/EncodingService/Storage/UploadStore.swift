import Contract
import EncodingAPI
import SecurityKit
import StorageKit

/// An upload of which bytes are missing.
struct UnfinishedUpload: Sendable {
  var id: UploadID
  /// The name in the uploads' folder.
  var file: String
  var owner: String
  /// Nil while its sender has not said.
  var lengthBytes: Int?
  /// Where it goes on: what is on the disk for good, and its hash.
  var mark: UploadFile.Mark
  var name: String?
  /// `Upload-Metadata`, as it was sent.
  var metadata: String?
  var createdAt: Timestamp
  var expiresAt: Timestamp
}

/// An upload that is whole.
struct FinishedUpload: Sendable {
  var id: UploadID
  var file: String
  var owner: String
  var bytes: Int
  var sha256: String
  var name: String?
  var metadata: String?
  var createdAt: Timestamp
  /// Whether a job that has not ended reads it.
  var isNeeded = false
  /// When the last job that read it ended.
  var lastUsedAt: Timestamp?
}

/// All SQL about uploads. Those under way and those that are whole are two tables: of the second alone everything is
/// known, and only they are what jobs are made of.
struct UploadStore: Sendable {
  /// How many are dealt with in one step of upkeep.
  static let upkeepBatch = 100

  // MARK: - Under way

  func insert(_ upload: UnfinishedUpload, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO unfinished_upload (id, file, owner, length_bytes, offset_bytes, hash_state, name, metadata,
        created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      upload.id, upload.file, upload.owner, upload.lengthBytes, upload.mark.bytes, upload.mark.hash.midstate,
      upload.name, upload.metadata, upload.createdAt, upload.expiresAt)
  }

  func unfinished(_ id: UploadID, in db: SQLSession) throws -> UnfinishedUpload? {
    try db.first(
      """
      SELECT id, file, owner, length_bytes, offset_bytes, hash_state, name, metadata, created_at, expires_at
      FROM unfinished_upload WHERE id = ?
      """, id, as: Self.unfinished)
  }

  /// All of them, by the primary key; at the service's start.
  func unfinished(after id: UploadID?, in db: SQLSession) throws -> [UnfinishedUpload] {
    try db.rows(
      """
      SELECT id, file, owner, length_bytes, offset_bytes, hash_state, name, metadata, created_at, expires_at
      FROM unfinished_upload WHERE id > ? ORDER BY id LIMIT ?
      """, id?.description ?? "", Self.upkeepBatch, as: Self.unfinished)
  }

  /// Served by the index unfinished_upload_by_expiry.
  func expired(at now: Timestamp, in db: SQLSession) throws -> [UploadID] {
    try db.rows(
      "SELECT id FROM unfinished_upload WHERE expires_at <= ? ORDER BY expires_at LIMIT ?", now, Self.upkeepBatch
    ) { try $0.id(0) }
  }

  /// The bytes up to `mark` are on the disk.
  func settle(_ id: UploadID, _ mark: UploadFile.Mark, until expiry: Timestamp, in db: SQLSession) throws {
    try db.execute(
      "UPDATE unfinished_upload SET offset_bytes = ?, hash_state = ?, expires_at = ? WHERE id = ?",
      mark.bytes, mark.hash.midstate, expiry, id)
  }

  func setLength(_ bytes: Int, of id: UploadID, in db: SQLSession) throws {
    try db.execute("UPDATE unfinished_upload SET length_bytes = ? WHERE id = ?", bytes, id)
  }

  func deleteUnfinished(_ id: UploadID, in db: SQLSession) throws {
    try db.execute("DELETE FROM unfinished_upload WHERE id = ?", id)
  }

  // MARK: - Whole

  func insert(_ upload: FinishedUpload, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO upload (id, file, owner, bytes, sha256, name, metadata, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      upload.id, upload.file, upload.owner, upload.bytes, upload.sha256, upload.name, upload.metadata,
      upload.createdAt)
  }

  /// Nil too where its file has been removed.
  func find(_ id: UploadID, in db: SQLSession) throws -> FinishedUpload? {
    try db.first(
      """
      SELECT id, file, owner, bytes, sha256, name, metadata, created_at,
        EXISTS (SELECT 1 FROM job_upload JOIN job ON job.id = job_id
          WHERE job_upload.upload_id = upload.id
          AND finished_at IS NULL),
        (SELECT MAX(finished_at) FROM job_upload JOIN job ON job.id = job_id
          WHERE job_upload.upload_id = upload.id)
      FROM upload WHERE id = ? AND removed_at IS NULL
      """, id, as: Self.finished)
  }

  /// That nobody has needed since `limit`; served by the index upload_present.
  func outlived(since limit: Timestamp, in db: SQLSession) throws -> [UploadID] {
    try db.rows(
      """
      SELECT id FROM upload WHERE removed_at IS NULL AND created_at <= ? AND NOT EXISTS (
        SELECT 1 FROM job_upload JOIN job ON job.id = job_id
        WHERE job_upload.upload_id = upload.id AND (finished_at IS NULL OR finished_at > ?))
      ORDER BY id LIMIT ?
      """, limit, limit, Self.upkeepBatch
    ) { try $0.id(0) }
  }

  /// Its file is about to go: forgotten, or where a job was made of it, remembered as gone.
  func remove(_ id: UploadID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      "DELETE FROM upload WHERE id = ? AND NOT EXISTS (SELECT 1 FROM job_upload WHERE upload_id = upload.id)", id)
    try db.execute("UPDATE upload SET removed_at = ? WHERE id = ? AND removed_at IS NULL", now, id)
  }

  /// The job reads the upload.
  func use(_ id: UploadID, by job: JobID, in db: SQLSession) throws {
    try db.execute("INSERT OR IGNORE INTO job_upload (job_id, upload_id) VALUES (?, ?)", job, id)
  }

  // MARK: - Both

  /// Whether a file in the uploads' folder belongs to any upload.
  func hasFile(_ file: String, in db: SQLSession) throws -> Bool {
    try db.first(
      """
      SELECT EXISTS (SELECT 1 FROM upload WHERE file = ? AND removed_at IS NULL)
        OR EXISTS (SELECT 1 FROM unfinished_upload WHERE file = ?)
      """, file, file
    ) { $0.bool(0) } ?? false
  }

  /// Bytes that uploads under way have announced and not yet sent.
  func promisedBytes(in db: SQLSession) throws -> Int {
    try db.first("SELECT COALESCE(SUM(length_bytes - offset_bytes), 0) FROM unfinished_upload") { $0.int(0) } ?? 0
  }

  /// Bytes of what one operator has under way, and of what nobody has made a job of yet.
  func heldBytes(by owner: String, in db: SQLSession) throws -> Int {
    try db.first(
      """
      SELECT COALESCE((SELECT SUM(COALESCE(length_bytes, offset_bytes)) FROM unfinished_upload WHERE owner = ?), 0)
        + COALESCE((SELECT SUM(bytes) FROM upload WHERE owner = ? AND removed_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM job_upload WHERE upload_id = upload.id)), 0)
      """, owner, owner
    ) { $0.int(0) } ?? 0
  }

  /// Newest first; both halves are served by their primary keys.
  func page(before: UploadID?, limit: Int, in db: SQLSession) throws -> [UploadID] {
    try db.rows(
      """
      SELECT id FROM (
        SELECT id FROM upload WHERE removed_at IS NULL UNION ALL SELECT id FROM unfinished_upload)
      WHERE id < ? ORDER BY id DESC LIMIT ?
      """, before?.description ?? "upl_~", limit
    ) { try $0.id(0) }
  }

  private static func unfinished(_ row: SQLRow) throws -> UnfinishedUpload {
    guard let hash = SHA256(midstate: row.blob(5)) else { throw UnreadableHashState() }
    return UnfinishedUpload(
      id: try row.id(0), file: row.text(1), owner: row.text(2), lengthBytes: row.intOrNil(3),
      mark: UploadFile.Mark(bytes: row.int(4), hash: hash), name: row.textOrNil(6), metadata: row.textOrNil(7),
      createdAt: row.time(8), expiresAt: row.time(9))
  }

  private static func finished(_ row: SQLRow) throws -> FinishedUpload {
    FinishedUpload(
      id: try row.id(0), file: row.text(1), owner: row.text(2), bytes: row.int(3), sha256: row.text(4),
      name: row.textOrNil(5), metadata: row.textOrNil(6), createdAt: row.time(7), isNeeded: row.bool(8),
      lastUsedAt: row.timeOrNil(9))
  }
}

/// The database holds what this service never wrote.
struct UnreadableHashState: Error {}
