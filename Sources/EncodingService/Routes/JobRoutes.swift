import Contract
import EncodingAPI
import ServerKit
import StorageKit

/// The studio's calls about jobs.
struct JobRoutes: Sendable {
  let database: ServiceDatabase
  let uploads: UploadStore
  let flow: JobFlow
  let views: JobViews
  let idempotency: IdempotencyStore
  let settings: EncodingSettings
  let uploadFolder: String
  let clock: WallClock
  /// Whether the catalogue knows the title.
  let isTitle: @Sendable (TitleID, CallContext) async throws -> Bool

  func add(to routes: inout Routes) {
    routes.answer(EncodingEndpoints.createJob) { try await create($0.body, $0.request) }
    routes.on(EncodingEndpoints.jobs) { try list($0.parameters) }
    routes.on(EncodingEndpoints.job) { try job($0.parameters.job) }
    routes.on(EncodingEndpoints.cancelJob) { call in
      try await change(call.parameters.job) { job, now, db in try flow.cancel(job, at: now, in: db) }
    }
    routes.on(EncodingEndpoints.changeJob) { call in
      let priority = call.body.priority
      return try await change(call.parameters.job) { job, _, db in try flow.setPriority(priority, of: job, in: db) }
    }
    routes.answer(EncodingEndpoints.retryJob) { try await retry($0.parameters.job, $0.request) }
  }

  private func change(
    _ id: JobID, _ body: @escaping @Sendable (JobRecord, Timestamp, SQLSession) throws -> Void
  ) async throws -> EncodingJob {
    let now = clock.now()
    return try await database.write { db in
      guard let job = try flow.jobs.record(id, in: db) else { throw EncodingError.unknownJob(id) }
      try body(job, now, db)
      return try views.whole(id, in: db)
    }
  }

  private func retry(_ id: JobID, _ request: RequestInfo) async throws -> Answer {
    let now = clock.now()
    let result = try await database.write { db in
      try idempotency.perform(
        key: request.context.idempotencyKey, scope: scope(EncodingEndpoints.retryJob, request),
        request: Array(id.description.utf8), in: db
      ) { db in
        guard let job = try flow.jobs.record(id, in: db), let seen = try flow.jobs.job(id, in: db) else {
          throw EncodingError.unknownJob(id)
        }
        let uploads = NewJob(titleId: seen.titleId, source: seen.source, options: seen.options).uploadIds
        for upload in uploads where try self.uploads.find(upload, in: db) == nil {
          throw EncodingError.sourceGone("The upload \(upload) was removed meanwhile: upload it again for a new job.")
        }
        try flow.retry(job, at: now, in: db)
        return .init(status: EncodingEndpoints.retryJob.status, body: try JSON.encode(views.whole(id, in: db)))
      }
    }
    return .json(result.body, status: result.status)
  }

  private func scope(_ endpoint: some EndpointDescription, _ request: RequestInfo) -> String {
    "\(request.principal.account?.description ?? "service") \(endpoint.name)"
  }

  private func create(_ new: NewJob, _ request: RequestInfo) async throws -> Answer {
    try new.options?.refuseImpossible()
    var found = try find(new)
    found.sideCarFiles = try SideCarRequest.files(of: new.options, resolve: locate)
    let job = found
    guard try await isTitle(new.titleId, request.context) else { throw EncodingError.unknownTitle(new.titleId) }
    let now = clock.now()
    let id = JobID(at: now)
    let scope = scope(EncodingEndpoints.createJob, request)
    let hashed = try JSON.encodeCanonically(new)
    let result = try await database.write { db in
      try idempotency.perform(key: request.context.idempotencyKey, scope: scope, request: hashed, in: db) { db in
        try flow.create(job, id: id, at: now, in: db)
        // In the same transaction: from here on none of them is removed before the job has ended.
        for upload in new.uploadIds {
          guard try uploads.find(upload, in: db) != nil else { throw EncodingError.unknownUpload(upload) }
          try uploads.use(upload, by: id, in: db)
        }
        return .init(status: EncodingEndpoints.createJob.status, body: try JSON.encode(views.whole(id, in: db)))
      }
    }
    return .json(result.body, status: result.status)
  }

  private func find(_ new: NewJob) throws -> JobRequest {
    switch (new.source.uploadId, new.source.path) {
    case (let uploadId?, nil):
      let found = try upload(uploadId)
      return JobRequest(
        titleId: new.titleId, source: new.source, sourceName: found.name,
        file: SourceFile(path: "\(uploadFolder)/\(found.file)", fingerprint: found.sha256, bytes: found.bytes),
        options: new.options ?? JobOptions())
    case (nil, let path?):
      let source = try SourcePath(path, under: settings.sourceFolders)
      return JobRequest(
        titleId: new.titleId, source: JobSource(path: source.path),
        sourceName: source.path.split(separator: "/").last.map(String.init),
        file: SourceFile(path: source.path, fingerprint: source.fingerprint, bytes: source.bytes),
        options: new.options ?? JobOptions())
    default:
      throw EncodingError.sourceNotNamedOnce
    }
  }

  private func upload(_ id: UploadID) throws -> FinishedUpload {
    try database.read { db in
      if let found = try uploads.find(id, in: db) { return found }
      guard let unfinished = try uploads.unfinished(id, in: db) else { throw EncodingError.unknownUpload(id) }
      throw EncodingError.uploadIncomplete(id, offsetBytes: unfinished.mark.bytes)
    }
  }

  /// A file beside the film.
  private func locate(_ source: JobSource, field: String) throws -> SourceFile {
    switch (source.uploadId, source.path) {
    case (let id?, nil):
      let found: FinishedUpload
      do {
        found = try upload(id)
      } catch EncodingError.unknownUpload {
        throw EncodingError.option(field: "\(field).uploadId", "names no upload (\(id))")
      } catch EncodingError.uploadIncomplete(_, let offset) {
        throw EncodingError.option(
          field: "\(field).uploadId", "names an upload that is not whole yet (\(id): \(offset) bytes so far)")
      }
      return SourceFile(path: "\(uploadFolder)/\(found.file)", fingerprint: found.sha256, bytes: found.bytes)
    case (nil, let path?):
      do {
        let found = try SourcePath(path, under: settings.sourceFolders)
        return SourceFile(path: found.path, fingerprint: found.fingerprint, bytes: found.bytes)
      } catch EncodingError.sourcePath(let why) {
        throw EncodingError.option(field: "\(field).path", why)
      }
    default:
      throw EncodingError.option(field: field, "must have either uploadId or path")
    }
  }

  private func list(_ query: JobsQuery) throws -> Page<EncodingJob> {
    let limit = query.limit ?? 20
    guard (1...JobStore.longestPage).contains(limit) else {
      throw Problem.invalid(field: "limit", "must be from 1 to \(JobStore.longestPage)")
    }
    var before: JobID?
    if let cursor = query.cursor {
      guard let id = JobID(cursor) else { throw EncodingError.badCursor }
      before = id
    }
    let jobs = try database.read { try flow.jobs.jobs(before: before, state: query.state, limit: limit + 1, in: $0) }
    let page = Array(jobs.prefix(limit))
    return Page(items: page, next: jobs.count > limit ? page.last?.id.description : nil)
  }

  private func job(_ id: JobID) throws -> EncodingJob {
    try database.read { try views.whole(id, in: $0) }
  }
}
