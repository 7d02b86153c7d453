import Contract
import Foundation
import Glibc
import StorageKit
import Synchronization

/// Whether there is room for what is to be sent, asked before a byte of it is taken: on the disk, where what others
/// have announced counts as written, and within what one operator may keep here.
final class UploadSpace: Sendable {
  private struct Announced {
    var owner: String
    var bytes: Int
  }

  let folder: String
  private let reserveBytes: Int
  private let quotaBytes: Int
  private let uploads: UploadStore
  /// Films that come as one body: they have no row until they are whole.
  private let announced = Mutex<[UUID: Announced]>([:])

  init(folder: String, reserveBytes: Int, quotaBytes: Int, uploads: UploadStore) {
    self.folder = folder
    self.reserveBytes = reserveBytes
    self.quotaBytes = quotaBytes
    self.uploads = uploads
  }

  /// Throws ``EncodingError/noSpace`` unless `bytes` more fit beside everything that others have announced.
  func requireDisk(for bytes: Int, in db: SQLSession) throws {
    let promised = try uploads.promisedBytes(in: db) + announced.withLock { $0.values.reduce(0) { $0 + $1.bytes } }
    guard Self.freeBytes(of: folder) - reserveBytes - promised >= bytes else { throw EncodingError.noSpace }
  }

  /// Throws ``EncodingError/noSpace`` unless `bytes` fit now: for what has been announced already.
  func requireDiskNow(for bytes: Int) throws(EncodingError) {
    guard Self.freeBytes(of: folder) - reserveBytes >= bytes else { throw .noSpace }
  }

  /// Throws ``EncodingError/quotaUsedUp(limitBytes:)``.
  func requireQuota(of owner: String, for bytes: Int, in db: SQLSession) throws {
    let held =
      try uploads.heldBytes(by: owner, in: db)
      + announced.withLock { $0.values.reduce(0) { $0 + ($1.owner == owner ? $1.bytes : 0) } }
    guard held + bytes <= quotaBytes else { throw EncodingError.quotaUsedUp(limitBytes: quotaBytes) }
  }

  /// Counts a body that is about to come until `body` has ended.
  func announcing<Value>(
    _ bytes: Int, of owner: String, _ database: ServiceDatabase, _ body: () async throws -> Value
  ) async throws -> Value {
    let key = UUID()
    try database.read { db in
      try requireDisk(for: max(1, bytes), in: db)
      try requireQuota(of: owner, for: bytes, in: db)
    }
    announced.withLock { $0[key] = Announced(owner: owner, bytes: bytes) }
    defer { announced.withLock { _ = $0.removeValue(forKey: key) } }
    return try await body()
  }

  /// Bytes that an ordinary user may still write to the disk of `folder`.
  static func freeBytes(of folder: String) -> Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return 0 }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }
}
