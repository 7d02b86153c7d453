import Contract
import EncodingAPI
import ServerKit
import StorageKit

/// The studio's calls about jobs.
struct JobRoutes: Sendable {
  let database: ServiceDatabase
  let uploads: UploadStore
  let flow: JobFlow
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
      let now = clock.now()
      try await database.write { db in
        guard let job = try flow.jobs.record(call.parameters.job, in: db) else {
          throw EncodingError.unknownJob(call.parameters.job)
        }
        try flow.cancel(job, at: now, in: db)
      }
      return try job(call.parameters.job)
    }
  }

  private func create(_ new: NewJob, _ request: RequestInfo) async throws -> Answer {
    try new.options?.refuseImpossible()
    let job = try find(new)
    guard try await isTitle(new.titleId, request.context) else { throw EncodingError.unknownTitle(new.titleId) }
    let now = clock.now()
    let id = JobID(at: now)
    let scope = "\(request.principal.account?.description ?? "service") \(EncodingEndpoints.createJob.name)"
    let hashed = try JSON.encodeCanonically(new)
    let result = try await database.write { db in
      try idempotency.perform(key: request.context.idempotencyKey, scope: scope, request: hashed, in: db) { db in
        try flow.create(job, id: id, at: now, in: db)
        // In the same transaction: from here on none of them is removed before the job has ended.
        for upload in new.uploadIds {
          guard try uploads.find(upload, in: db) != nil else { throw EncodingError.unknownUpload(upload) }
          try uploads.use(upload, by: id, in: db)
        }
        return .init(status: EncodingEndpoints.createJob.status, body: try JSON.encode(view(id, in: db)))
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

  private func list(_ query: PageQuery) throws -> Page<EncodingJob> {
    let limit = query.limit ?? 20
    guard (1...JobStore.longestPage).contains(limit) else {
      throw Problem.invalid(field: "limit", "must be from 1 to \(JobStore.longestPage)")
    }
    var before: JobID?
    if let cursor = query.cursor {
      guard let id = JobID(cursor) else { throw EncodingError.badCursor }
      before = id
    }
    let jobs = try database.read { try flow.jobs.jobs(before: before, state: nil, limit: limit + 1, in: $0) }
    let page = Array(jobs.prefix(limit))
    return Page(items: page, next: jobs.count > limit ? page.last?.id.description : nil)
  }

  private func job(_ id: JobID) throws -> EncodingJob {
    try database.read { try view(id, in: $0) }
  }

  private func view(_ id: JobID, in db: SQLSession) throws -> EncodingJob {
    guard var job = try flow.jobs.job(id, in: db) else { throw EncodingError.unknownJob(id) }
    job.tasks = try flow.tasks.tasks(of: id, in: db)
    job.renditions = try flow.renditions.renditions(of: id, in: db)
    job.ladder = try flow.jobs.ladder(of: id, in: db)
    job.checks = try flow.renditions.checks(of: id, in: db)
    return job
  }
}
