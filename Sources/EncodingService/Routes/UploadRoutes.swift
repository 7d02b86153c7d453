import Contract
import EncodingAPI
import NIOCore
import SecurityKit
import ServerKit
import StorageKit

/// Films in one body, and what operators see of uploads.
struct UploadRoutes: Sendable {
  let database: ServiceDatabase
  let uploads: UploadStore
  let space: UploadSpace
  let shelf: UploadShelf
  let tus: TusRoutes
  let idempotency: IdempotencyStore
  let limitBytes: Int
  let clock: WallClock

  /// How often, while bytes come, the free space is looked at again.
  static let spaceCheckBytes = 64 << 20
  static let longestPage = 100

  func add(to routes: inout Routes) {
    routes.raw(UploadEndpoints.create) { call in
      guard call.request.header("tus-resumable") != nil else { return try await take(call) }
      return try await tus.tus(call) { try await tus.create($0) }
    }
    routes.on(UploadEndpoints.list) { try list($0.parameters) }
    routes.on(UploadEndpoints.upload) { try shelf.upload($0.parameters.upload) }
    tus.add(to: &routes)
  }

  /// Whose quota it is.
  static func owner(_ request: RequestInfo) -> String { request.principal.account?.description ?? "service" }

  private func list(_ query: PageQuery) throws -> Page<Upload> {
    let limit = query.limit ?? 20
    guard (1...Self.longestPage).contains(limit) else {
      throw Problem.invalid(field: "limit", "must be from 1 to \(Self.longestPage)")
    }
    guard let cursor = query.cursor else { return try shelf.page(before: nil, limit: limit) }
    guard let id = UploadID(cursor) else { throw EncodingError.badCursor }
    return try shelf.page(before: id, limit: limit)
  }

  // MARK: - In one body

  private func take(_ call: RawCall) async throws -> Answer {
    let label = try label(of: call.request)
    try checkType(call.request.header("content-type"))
    let length = call.body.contentLength
    if let length, length > limitBytes { throw EncodingError.uploadTooLarge(limitBytes: limitBytes) }
    let owner = Self.owner(call.request)
    return try await space.announcing(length ?? 0, of: owner, database) {
      let file = try UploadFile(in: space.folder)
      do {
        try await receive(call.body, into: file, of: owner)
        var whole = try await file.settle()
        try await file.settleName(in: space.folder)
        let result = try await record(file, hash: whole.hash.finishAsText(), label: label, call.request)
        // The same upload sent again is answered as before; its bytes are there already.
        if try !database.read({ try uploads.hasFile(file.name, in: $0) }) { file.remove() }
        return .json(result.body, status: result.status)
      } catch {
        file.remove()
        throw error
      }
    }
  }

  private func receive(_ body: RequestBodyStream, into file: UploadFile, of owner: String) async throws {
    var checkedAt = 0
    for try await piece in body {
      guard file.bytes + piece.readableBytes <= limitBytes else {
        throw EncodingError.uploadTooLarge(limitBytes: limitBytes)
      }
      if file.bytes - checkedAt >= Self.spaceCheckBytes {
        checkedAt = file.bytes
        try space.requireDiskNow(for: 1)
        if body.contentLength == nil {
          try database.read { try space.requireQuota(of: owner, for: file.bytes, in: $0) }
        }
      }
      try await file.write(piece)
    }
    guard file.bytes > 0 else { throw EncodingError.emptyUpload }
  }

  private func record(
    _ file: UploadFile, hash: String, label: String?, _ request: RequestInfo
  ) async throws -> IdempotencyStore.Result {
    let now = clock.now()
    let owner = Self.owner(request)
    let upload = FinishedUpload(
      id: UploadID(at: now), file: file.name, owner: owner, bytes: file.bytes, sha256: hash, name: label,
      createdAt: now)
    return try await database.write { db in
      try idempotency.perform(
        key: request.context.idempotencyKey, scope: "\(owner) \(UploadEndpoints.create.name)",
        request: Array("\(hash) \(label ?? "")".utf8), in: db
      ) { db in
        try uploads.insert(upload, in: db)
        return .init(status: UploadEndpoints.create.status, body: try JSON.encode(shelf.view(upload.id, in: db)))
      }
    }
  }

  private func label(of request: RequestInfo) throws -> String? {
    let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    guard let pairs = PercentEncoding.query(query) else { throw Problem.badRequest("The query cannot be read.") }
    return try ParameterDecoder.decode(UploadQuery.self, from: pairs).name.flatMap { name in
      try UploadLabel.label(name)
    }
  }

  private func checkType(_ type: String?) throws {
    guard let type = type?.lowercased() else { return }
    guard type.hasPrefix("application/octet-stream") || type.hasPrefix("video/") else {
      throw EncodingError.wrongContentType("application/octet-stream or video/*")
    }
  }
}
