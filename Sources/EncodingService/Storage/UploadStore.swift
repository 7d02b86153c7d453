import Contract
import EncodingAPI
import StorageKit

/// All SQL about uploads.
struct UploadStore: Sendable {
  /// `file` is the name in the uploads' folder.
  func insert(_ upload: Upload, file: String, in db: SQLSession) throws {
    try db.execute(
      "INSERT INTO upload (id, file, bytes, sha256, name, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      upload.id, file, upload.bytes, upload.sha256, upload.name, upload.createdAt)
  }

  func find(_ id: UploadID, in db: SQLSession) throws -> (upload: Upload, file: String)? {
    try db.first("SELECT id, file, bytes, sha256, name, created_at FROM upload WHERE id = ?", id) { row in
      (
        Upload(
          id: try row.id(0), bytes: row.int(2), sha256: row.text(3), name: row.textOrNil(4), createdAt: row.time(5)),
        row.text(1)
      )
    }
  }

  func hasFile(_ file: String, in db: SQLSession) throws -> Bool {
    try db.first("SELECT 1 FROM upload WHERE file = ?", file) { _ in true } ?? false
  }
}
