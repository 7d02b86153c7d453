import Contract
import EncodingAPI
import Foundation
import StorageKit

/// Uploads as they are shown, listed and removed.
struct UploadShelf: Sendable {
  let database: ServiceDatabase
  let uploads: UploadStore
  let seats: UploadSeats
  let folder: String
  /// How long a whole upload stays that no job needs.
  let keepSeconds: Double
  let clock: WallClock

  // MARK: - Looking

  func upload(_ id: UploadID) throws -> Upload {
    try database.read { db in
      guard let upload = try view(id, in: db) else { throw EncodingError.noUpload(id) }
      return upload
    }
  }

  func page(before: UploadID?, limit: Int) throws -> Page<Upload> {
    try database.read { db in
      let ids = try uploads.page(before: before, limit: limit + 1, in: db)
      let items = try ids.prefix(limit).compactMap { try view($0, in: db) }
      return Page(items: items, next: ids.count > limit ? ids[limit - 1].description : nil)
    }
  }

  func view(_ id: UploadID, in db: SQLSession) throws -> Upload? {
    if let whole = try uploads.find(id, in: db) {
      return Upload(
        id: whole.id, state: .complete, bytes: whole.bytes, offsetBytes: whole.bytes, sha256: whole.sha256,
        name: whole.name, createdAt: whole.createdAt,
        expiresAt: whole.isNeeded ? nil : (whole.lastUsedAt ?? whole.createdAt).adding(seconds: keepSeconds))
    }
    guard let upload = try uploads.unfinished(id, in: db), clock.now() < upload.expiresAt else { return nil }
    return Upload(
      id: upload.id, state: .receiving, bytes: upload.lengthBytes, offsetBytes: upload.mark.bytes, sha256: nil,
      name: upload.name, createdAt: upload.createdAt, expiresAt: upload.expiresAt)
  }

  // MARK: - Removing

  /// Throws ``EncodingError/uploadNeeded(_:)`` while a job reads it.
  ///
  /// - Parameter isOutlived: Only if it is past its time: more may have come since that was looked at.
  func remove(_ id: UploadID, isOutlived: Bool = false) async throws {
    let now = clock.now()
    try await seats.alone(with: id) {
      let file = try await database.write { db -> String in
        if let upload = try uploads.unfinished(id, in: db) {
          guard !isOutlived || upload.expiresAt <= now else { throw EncodingError.uploadNeeded(id) }
          try uploads.deleteUnfinished(id, in: db)
          return upload.file
        }
        guard let whole = try uploads.find(id, in: db) else { throw EncodingError.noUpload(id) }
        guard !whole.isNeeded else { throw EncodingError.uploadNeeded(id) }
        try uploads.remove(id, at: now, in: db)
        return whole.file
      }
      // After the commit: a file without a row is found at the next start, a row without a file would be a lie.
      unlink("\(folder)/\(file)")
    }
  }

  /// Those that are past their time; answers how many.
  func removeOutlived() async throws -> Int {
    let now = clock.now()
    let (expired, outlived) = try database.read { db in
      (
        try uploads.expired(at: now, in: db),
        try uploads.outlived(since: now.adding(seconds: -keepSeconds), in: db)
      )
    }
    var removed = 0
    for id in expired + outlived {
      do {
        try await remove(id, isOutlived: true)
        removed += 1
      } catch EncodingError.noUpload, EncodingError.uploadNeeded {
        continue
      }
    }
    return removed
  }

  /// Before the first request: files that no row names go (a kill left them), and so do uploads whose file has not
  /// what their row says, which no file system does that keeps what it has synced. Answers what was lost.
  func tidy() async throws -> [UploadID] {
    for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let isKnown = try database.read { try uploads.hasFile(file, in: $0) }
      if !isKnown { unlink("\(folder)/\(file)") }
    }
    var lost: [UploadID] = []
    var last: UploadID?
    repeat {
      let batch = try database.read { [last] in try uploads.unfinished(after: last, in: $0) }
      lost += batch.filter { size(of: $0.file) < $0.mark.bytes }.map(\.id)
      last = batch.last?.id
    } while last != nil
    for id in lost { try await remove(id) }
    return lost
  }

  private func size(of file: String) -> Int {
    var status = stat()
    return lstat("\(folder)/\(file)", &status) == 0 ? Int(status.st_size) : -1
  }
}
