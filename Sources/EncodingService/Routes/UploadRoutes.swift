import Contract
import EncodingAPI
import NIOCore
import ServerKit
import StorageKit

/// Taking films in.
struct UploadRoutes: Sendable {
  let database: ServiceDatabase
  let uploads: UploadStore
  let idempotency: IdempotencyStore
  let settings: EncodingSettings
  let folder: String
  let clock: WallClock

  static let longestLabel = 200
  /// How often, while bytes come, the free space is looked at again.
  static let spaceCheckBytes = 64 << 20

  func add(to routes: inout Routes) {
    routes.raw(EncodingEndpoints.upload) { try await upload($0) }
  }

  private func upload(_ call: RawCall) async throws -> Answer {
    let label = try label(of: call.request)
    try checkType(call.request.header("content-type"))
    try checkSpace(call.body.contentLength)
    let file = try UploadFile(in: folder)
    do {
      try await receive(call.body, into: file)
      let hash = try await file.finish(in: folder)
      let result = try await record(file, hash: hash, label: label, call.request)
      // The same upload sent again is answered as before; its bytes are there already.
      if try !database.read({ try uploads.hasFile(file.name, in: $0) }) { file.remove() }
      return .json(result.body, status: result.status)
    } catch {
      file.remove()
      throw error
    }
  }

  private func receive(_ body: RequestBodyStream, into file: UploadFile) async throws {
    var checkedAt = 0
    for try await piece in body {
      guard file.bytes + piece.readableBytes <= settings.uploadLimitBytes else {
        throw EncodingError.uploadTooLarge(limitBytes: settings.uploadLimitBytes)
      }
      if file.bytes - checkedAt >= Self.spaceCheckBytes {
        checkedAt = file.bytes
        try checkSpace(nil)
      }
      try await file.write(piece)
    }
    guard file.bytes > 0 else { throw EncodingError.emptyUpload }
  }

  private func record(
    _ file: UploadFile, hash: String, label: String?, _ request: RequestInfo
  ) async throws -> IdempotencyStore.Result {
    let now = clock.now()
    let upload = Upload(id: UploadID(at: now), bytes: file.bytes, sha256: hash, name: label, createdAt: now)
    let scope = "\(request.principal.account?.description ?? "service") \(EncodingEndpoints.upload.name)"
    let name = file.name
    return try await database.write { db in
      try idempotency.perform(
        key: request.context.idempotencyKey, scope: scope, request: Array("\(hash) \(label ?? "")".utf8), in: db
      ) { db in
        try uploads.insert(upload, file: name, in: db)
        return .init(status: EncodingEndpoints.upload.status, body: try JSON.encode(upload))
      }
    }
  }

  /// Only for people to read: control characters go, the rest is kept as it is and used for nothing.
  private func label(of request: RequestInfo) throws -> String? {
    let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    guard let pairs = PercentEncoding.query(query) else { throw Problem.badRequest("The query cannot be read.") }
    guard let name = try ParameterDecoder.decode(UploadQuery.self, from: pairs).name else { return nil }
    let label = String(
      String.UnicodeScalarView(name.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    guard label.count <= Self.longestLabel else { throw EncodingError.labelTooLong(limit: Self.longestLabel) }
    return label.isEmpty ? nil : label
  }

  private func checkType(_ type: String?) throws {
    guard let type = type?.lowercased() else { return }
    guard type.hasPrefix("application/octet-stream") || type.hasPrefix("video/") else {
      throw EncodingError.wrongContentType
    }
  }

  private func checkSpace(_ length: Int?) throws {
    if let length, length > settings.uploadLimitBytes {
      throw EncodingError.uploadTooLarge(limitBytes: settings.uploadLimitBytes)
    }
    guard UploadFile.freeBytes(of: folder) - settings.reserveBytes >= max(1, length ?? 1) else {
      throw EncodingError.noSpace
    }
  }
}
