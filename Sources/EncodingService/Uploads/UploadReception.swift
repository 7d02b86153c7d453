import Contract
import EncodingAPI
import NIOCore
import SecurityKit
import ServerKit
import StorageKit

/// Takes uploads in, piece by piece and resumably.
///
/// What is acknowledged is on the disk: the file is synced before its offset is written down and answered. After any
/// crash the row's offset is the truth, and what the file has beyond it is cut off before more comes. While a long
/// request runs this is done every second, so that a kill costs a second of sending.
struct UploadReception: Sendable {
  let database: ServiceDatabase
  let uploads: UploadStore
  let space: UploadSpace
  let seats: UploadSeats
  let limitBytes: Int
  let expirySeconds: Double
  let clock: WallClock

  static let settleBytes = 64 << 20
  static let settleAfter: Duration = .seconds(1)

  /// One request's bytes and what they are said to be.
  struct Piece: Sendable {
    var body: RequestBodyStream
    /// Where they begin in the film.
    var offset: Int
    var checksum: UploadChecksum?
    /// The film's length, said only now.
    var lengthBytes: Int?
  }

  // MARK: - Beginning

  /// A new upload without bytes; nil length where it will be said later. `also` runs in the same transaction.
  func begin(
    lengthBytes: Int?, metadata: String?, owner: String,
    _ also: @escaping @Sendable (UnfinishedUpload, SQLSession) throws -> Void
  ) async throws -> UnfinishedUpload {
    let name = try metadata.flatMap { text throws(EncodingError) in try UploadLabel.label(metadata: text) }
    if let lengthBytes { try requireLength(lengthBytes) }
    let file = try UploadFile(in: space.folder)
    do {
      try await file.settleName(in: space.folder)
      let now = clock.now()
      let upload = UnfinishedUpload(
        id: UploadID(at: now), file: file.name, owner: owner, lengthBytes: lengthBytes, mark: .init(), name: name,
        metadata: metadata, createdAt: now, expiresAt: now.adding(seconds: expirySeconds))
      try await database.write { [uploads, space] db in
        // In the transaction, so that two who announce at once do not both find the last space.
        try space.requireDisk(for: lengthBytes ?? 1, in: db)
        try space.requireQuota(of: owner, for: lengthBytes ?? 1, in: db)
        try uploads.insert(upload, in: db)
        try also(upload, db)
      }
      return upload
    } catch {
      file.remove()
      throw error
    }
  }

  private func requireLength(_ bytes: Int) throws(EncodingError) {
    guard bytes > 0 else { throw .emptyUpload }
    guard bytes <= limitBytes else { throw .uploadTooLarge(limitBytes: limitBytes) }
  }

  // MARK: - Going on

  /// Appends a piece; answers the new offset and, unless the upload is whole now, when it expires.
  func append(_ piece: Piece, to id: UploadID) async throws -> (offset: Int, expiresAt: Timestamp?) {
    try await seats.alone(with: id) { try await appendAlone(piece, to: id) }
  }

  private func appendAlone(_ piece: Piece, to id: UploadID) async throws -> (offset: Int, expiresAt: Timestamp?) {
    let found = try database.read { (try uploads.unfinished(id, in: $0), try uploads.find(id, in: $0)) }
    guard var upload = found.0, clock.now() < upload.expiresAt else {
      guard let whole = found.1 else { throw EncodingError.noUpload(id) }
      guard piece.offset == whole.bytes else { throw EncodingError.offsetConflict(whole.bytes) }
      for try await more in piece.body where more.readableBytes > 0 { throw EncodingError.tooManyBytes(whole.bytes) }
      return (whole.bytes, nil)
    }
    guard piece.offset == upload.mark.bytes else { throw EncodingError.offsetConflict(upload.mark.bytes) }
    try await setLength(piece.lengthBytes, of: &upload)
    let coming = piece.body.contentLength ?? 0
    if let length = upload.lengthBytes, piece.offset + coming > length { throw EncodingError.tooManyBytes(length) }
    guard piece.offset + coming <= limitBytes else { throw EncodingError.uploadTooLarge(limitBytes: limitBytes) }
    try space.requireDiskNow(for: max(1, coming))
    let file = try UploadFile(resuming: upload.file, in: space.folder, from: upload.mark)
    try await receive(piece, into: file, of: &upload)
    return upload.mark.bytes == upload.lengthBytes
      ? (upload.mark.bytes, nil) : (upload.mark.bytes, upload.expiresAt)
  }

  private func setLength(_ bytes: Int?, of upload: inout UnfinishedUpload) async throws {
    guard let bytes, bytes != upload.lengthBytes else { return }
    guard upload.lengthBytes == nil else { throw EncodingError.tus("Upload-Length", "was said before, and differs") }
    try requireLength(bytes)
    guard bytes >= upload.mark.bytes else { throw EncodingError.tooManyBytes(bytes) }
    let (id, owner, rest) = (upload.id, upload.owner, bytes - upload.mark.bytes)
    try await database.write { [uploads, space] db in
      try space.requireDisk(for: rest, in: db)
      try space.requireQuota(of: owner, for: rest, in: db)
      try uploads.setLength(bytes, of: id, in: db)
    }
    upload.lengthBytes = bytes
  }

  private func receive(_ piece: Piece, into file: UploadFile, of upload: inout UnfinishedUpload) async throws {
    var sum = piece.checksum.map { UploadChecksum.Sum($0) }
    do {
      var settledAt = ContinuousClock.now
      for try await bytes in piece.body {
        try requireFit(file.bytes + bytes.readableBytes, of: upload)
        try await file.write(bytes)
        if sum != nil { bytes.withUnsafeReadableBytes { sum?.add($0) } }
        let isDue = file.bytes - upload.mark.bytes >= Self.settleBytes || .now - settledAt >= Self.settleAfter
        // What a checksum covers is not believed, so not kept, before the checksum has been seen to agree.
        if isDue, sum == nil {
          try space.requireDiskNow(for: 1)
          if upload.lengthBytes == nil { try requireQuota(of: upload, at: file.bytes) }
          upload = try await settled(file, upload)
          settledAt = .now
        }
      }
      if let sum, !sum.agrees() { throw EncodingError.checksumMismatch }
      upload = try await settled(file, upload)
    } catch {
      // Whose bytes are at fault loses them; whose connection broke, or who met a full disk, keeps what came.
      let isFull = if case EncodingError.noSpace = error { true } else { false }
      await keep(file, of: upload, isTrusted: sum == nil && (isFull || !(error is EncodingError)))
      throw error
    }
  }

  private func requireFit(_ bytes: Int, of upload: UnfinishedUpload) throws(EncodingError) {
    if let length = upload.lengthBytes, bytes > length { throw .tooManyBytes(length) }
    guard bytes <= limitBytes else { throw .uploadTooLarge(limitBytes: limitBytes) }
  }

  /// Of whoever has not said how much is to come.
  private func requireQuota(of upload: UnfinishedUpload, at bytes: Int) throws {
    try database.read { try space.requireQuota(of: upload.owner, for: bytes - upload.mark.bytes, in: $0) }
  }

  /// After a break: what came so far is kept where it can be, and otherwise leaves nothing.
  private func keep(_ file: UploadFile, of upload: UnfinishedUpload, isTrusted: Bool) async {
    // In a task of its own: the one that broke off may have been cancelled.
    await Task {
      if isTrusted, (try? await settled(file, upload)) != nil { return }
      try? await file.goBack(to: upload.mark)
    }.value
  }

  /// Makes what has come durable and writes it down; a whole film becomes an upload that jobs can be made of.
  private func settled(_ file: UploadFile, _ upload: UnfinishedUpload) async throws -> UnfinishedUpload {
    var upload = upload
    upload.mark = try await file.settle()
    let now = clock.now()
    upload.expiresAt = now.adding(seconds: expirySeconds)
    let settled = upload
    try await database.write { [uploads] db in
      guard settled.mark.bytes == settled.lengthBytes else {
        return try uploads.settle(settled.id, settled.mark, until: settled.expiresAt, in: db)
      }
      var hash = settled.mark.hash
      try uploads.deleteUnfinished(settled.id, in: db)
      try uploads.insert(
        FinishedUpload(
          id: settled.id, file: settled.file, owner: settled.owner, bytes: settled.mark.bytes,
          sha256: hash.finishAsText(), name: settled.name, metadata: settled.metadata, createdAt: settled.createdAt),
        in: db)
    }
    return upload
  }
}
