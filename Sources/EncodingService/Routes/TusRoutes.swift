import Contract
import EncodingAPI
import ServerKit
import StorageKit

/// tus 1.0: https://tus.io/protocols/resumable-upload, with the extensions creation, creation-with-upload,
/// creation-defer-length, checksum, expiration and termination. Concatenation is not
/// offered: the parts would have to be read and hashed once more, which is no cheaper than sending them in order.
struct TusRoutes: Sendable {
  let database: ServiceDatabase
  let reception: UploadReception
  let shelf: UploadShelf
  let idempotency: IdempotencyStore

  static let version = "1.0.0"
  static let extensions = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
  static let contentType = "application/offset+octet-stream"

  func add(to routes: inout Routes) {
    routes.answer(UploadEndpoints.options) { _ in
      Answer(status: 204, headers: capabilities + [("tus-resumable", Self.version)])
    }
    routes.raw(UploadEndpoints.offset) { call in try await tus(call) { try await offset($0) } }
    routes.raw(UploadEndpoints.append) { call in try await tus(call) { try await append($0) } }
    routes.raw(UploadEndpoints.remove) { call in
      // Ending an upload is plain enough to be done by whoever speaks no tus.
      try await tus(call, isVersionNeeded: false) { try await remove($0) }
    }
    routes.raw(UploadEndpoints.override) { call in
      try await tus(call) { call in
        switch call.request.header("x-http-method-override") {
        case "PATCH": try await append(call)
        case "HEAD": try await offset(call)
        case "DELETE": try await remove(call)
        default: throw EncodingError.tus("X-HTTP-Method-Override", "must be PATCH, HEAD or DELETE")
        }
      }
    }
  }

  private var capabilities: [(name: String, value: String)] {
    [
      ("tus-version", Self.version), ("tus-extension", Self.extensions),
      ("tus-max-size", "\(reception.limitBytes)"), ("tus-checksum-algorithm", UploadChecksum.algorithms),
    ]
  }

  // MARK: - The protocol's frame

  /// Every answer says the version, refusals too; whoever speaks another is told which are known.
  func tus(
    _ call: RawCall, isVersionNeeded: Bool = true, _ work: (RawCall) async throws -> Answer
  ) async throws -> Answer {
    var answer: Answer
    do {
      let version = call.request.header("tus-resumable")
      guard version == Self.version || version == nil && !isVersionNeeded else { throw EncodingError.tusVersion }
      answer = try await work(call)
    } catch let error as any ProblemConvertible where error.problem.status != 500 {
      var problem = error.problem
      problem.traceId = call.request.context.trace.traceID
      answer = .problem(problem)
      if problem.status == 412 { answer.headers.append(("tus-version", Self.version)) }
    }
    answer.headers.append(("tus-resumable", Self.version))
    return answer
  }

  // MARK: - The calls

  /// POST with `Tus-Resumable`.
  func create(_ call: RawCall) async throws -> Answer {
    let header = TusHeader(call.request)
    let length = try header.lengthBytes()
    let isDeferred = try header.isLengthDeferred()
    guard (length != nil) != isDeferred else {
      throw EncodingError.tus("Upload-Length", "must be said, or Upload-Defer-Length be 1")
    }
    guard call.request.header("upload-concat") == nil else {
      throw EncodingError.tus("Upload-Concat", "is an extension that is not offered here")
    }
    let isWithBytes = call.body.contentLength ?? 0 > 0 || call.request.header("transfer-encoding") != nil
    if isWithBytes { try header.requireContentType() }
    let checksum = try header.checksum()
    let id = try await begin(call, lengthBytes: length, metadata: call.request.header("upload-metadata"))
    var headers: [(name: String, value: String)] = [
      ("location", UploadEndpoints.offset.path.expand([("upload", id.description)]))
    ]
    guard isWithBytes else {
      let made = try shelf.upload(id)
      return Answer(status: 201, headers: headers + expiry(made.expiresAt))
    }
    // From its beginning, whatever a repeated request finds there already.
    let end = try await reception.append(.init(body: call.body, offset: 0, checksum: checksum), to: id)
    headers.append(("upload-offset", "\(end.offset)"))
    return Answer(status: 201, headers: headers + expiry(end.expiresAt))
  }

  private func begin(_ call: RawCall, lengthBytes: Int?, metadata: String?) async throws -> UploadID {
    struct Begun: Codable {
      var id: UploadID
    }
    let owner = UploadRoutes.owner(call.request)
    let key = call.request.context.idempotencyKey
    let scope = "\(owner) \(UploadEndpoints.create.name)"
    let asked = Array("tus \(lengthBytes.map(String.init) ?? "later") \(metadata ?? "")".utf8)
    if let key, let kept = try await kept(key, scope, asked) {
      return try JSON.decode(Begun.self, from: kept).id
    }
    let idempotency = idempotency
    return try await reception.begin(lengthBytes: lengthBytes, metadata: metadata, owner: owner) { upload, db in
      _ = try idempotency.perform(key: key, scope: scope, request: asked, in: db) { _ in
        .init(status: UploadEndpoints.create.status, body: try JSON.encode(Begun(id: upload.id)))
      }
    }.id
  }

  /// What was answered under this key before, without doing anything where nothing was.
  private func kept(_ key: String, _ scope: String, _ asked: [UInt8]) async throws -> [UInt8]? {
    struct NothingKept: Error {}
    do {
      return try await database.write { db in
        try idempotency.perform(key: key, scope: scope, request: asked, in: db) { _ in throw NothingKept() }.body
      }
    } catch is NothingKept {
      return nil
    }
  }

  private func offset(_ call: RawCall) async throws -> Answer {
    let id = try id(call)
    // Whoever asks this is about to go on: what another connection still brings has to be safe before the answer.
    let found = try await reception.seats.alone(with: id) {
      try database.read { db in
        (try shelf.view(id, in: db), try shelf.uploads.unfinished(id, in: db), try shelf.uploads.find(id, in: db))
      }
    }
    guard let upload = found.0 else { throw EncodingError.noUpload(id) }
    var headers: [(name: String, value: String)] = [
      ("upload-offset", "\(upload.offsetBytes)"), ("cache-control", "no-store"),
    ]
    if let bytes = upload.bytes {
      headers.append(("upload-length", "\(bytes)"))
    } else {
      headers.append(("upload-defer-length", "1"))
    }
    if let metadata = found.1?.metadata ?? found.2?.metadata { headers.append(("upload-metadata", metadata)) }
    return Answer(status: 200, headers: headers + (upload.state == .receiving ? expiry(upload.expiresAt) : []))
  }

  private func append(_ call: RawCall) async throws -> Answer {
    let id = try id(call)
    let header = TusHeader(call.request)
    try header.requireContentType()
    let end = try await reception.append(
      .init(
        body: call.body, offset: try header.offset(), checksum: try header.checksum(),
        lengthBytes: try header.lengthBytes()),
      to: id)
    return Answer(status: 204, headers: [("upload-offset", "\(end.offset)")] + expiry(end.expiresAt))
  }

  private func remove(_ call: RawCall) async throws -> Answer {
    try await shelf.remove(try id(call))
    return Answer(status: 204)
  }

  private func id(_ call: RawCall) throws -> UploadID {
    try ParameterDecoder.decode(UploadPath.self, from: call.parameters).upload
  }

  private func expiry(_ time: Timestamp?) -> [(name: String, value: String)] {
    time.map { [("upload-expires", HTTPDate.text($0))] } ?? []
  }
}
