import AuditKit
import CatalogAPI
import Contract
import EncodingAPI
import EventKit
import Foundation
import Logging
import PlaybackAPI
package import ServerKit
import StorageKit

/// Builds encoding from its settings: the stores, the routes, and what it tells.
package enum EncodingModule: ServiceModule {
  package static let name = "encoding"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try EncodingSettings(context.settings, home: context.home)
    let uploadFolder = "\(context.dataFolder)/uploads"
    try FileManager.default.createDirectory(
      atPath: uploadFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/encoding.db", migrations: EncodingSchema.migrations, logger: context.logger,
      metrics: context.metrics)
    var events = try ServiceEvents(
      context, database: database, publishes: [AssetPublished.self, AssetWithdrawn.self, JobFailed.self])
    let flow = JobFlow(
      jobs: JobStore(), tasks: TaskStore(), outbox: events.outbox, parameters: settings.plan,
      retries: RetryPolicy(
        maximumAttempts: settings.maximumAttempts, maximumExcusedAttempts: settings.maximumExcusedAttempts,
        firstWaitSeconds: settings.backoffSeconds, maximumWaitSeconds: settings.maximumBackoffSeconds),
      leases: TaskLeases(lengthSeconds: settings.leaseSeconds), failedKeptSeconds: settings.failedKeptSeconds,
      jitter: { Double.random(in: 0...1) }, gate: settings.gate,
      evidenceSeconds: settings.evidenceSeconds)
    let workers = WorkerRegister(roll: WorkerRoll(), memorySeconds: settings.workerMemorySeconds)
    try database.read { try workers.presumeAll(in: $0) }
    events.snapshot { db, line in
      try flow.jobs.forEachPublished(in: db) { try line(JSON.encode($0)) }
    }

    let views = JobViews(flow: flow, workers: workers, clock: context.clock)
    var parts = ServiceParts()
    let idempotency = IdempotencyStore(clock: context.clock)
    let news = Signal()
    database.onCommit { news.raise() }
    let catalog = try context.upstream("catalog")
    let upkeep = try await addUploads(
      to: &parts.routes, context, settings, database: database, idempotency: idempotency, folder: uploadFolder)
    JobRoutes(
      database: database, uploads: UploadStore(), flow: flow, views: views, idempotency: idempotency,
      settings: settings,
      uploadFolder: uploadFolder, clock: context.clock,
      isTitle: { title, caller in
        do {
          _ = try await catalog.call(CatalogEndpoints.title, TitlePath(title: title), in: caller)
          return true
        } catch let problem as Problem where problem.status == 404 {
          return false
        }
      }
    ).add(to: &parts.routes)
    let playback = try context.upstream("playback")
    JobEventRoutes(
      database: database, views: views, news: news, places: ListenerPlaces(limit: settings.eventListeners),
      longestSeconds: settings.eventStreamSeconds
    ).add(to: &parts.routes)
    WorkerRoutes(database: database, workers: workers).add(to: &parts.routes)
    LeaseRoutes(
      database: database, flow: flow, workers: workers, news: news,
      claims: StoreClaimStore(
        stagingGraceSeconds: settings.stagingGraceSeconds, withdrawnGraceSeconds: settings.withdrawnGraceSeconds),
      clock: context.clock,
      contentKey: { asset, scheme in
        try await playback.call(
          ContentKeyEndpoints.make, ContentKeyAssetPath(asset: asset), body: NewContentKey(scheme: scheme),
          in: .service(name, within: .seconds(2)))
      }
    ).add(to: &parts.routes)
    SourceRoutes(database: database, tasks: flow.tasks).add(to: &parts.routes)
    events.addRoutes(to: &parts.routes)
    parts.background =
      events.background + [
        upkeep,
        WatchLeases(database: database, flow: flow, workers: workers, clock: context.clock, logger: context.logger),
      ]
    parts.onClose = [{ database.close() }]
    parts.keepAuditLog(context)
    return parts
  }

  /// Everything about uploads; answers what removes them in time.
  private static func addUploads(
    to routes: inout Routes, _ context: ServiceContext, _ settings: EncodingSettings, database: ServiceDatabase,
    idempotency: IdempotencyStore, folder: String
  ) async throws -> UploadUpkeep {
    let uploads = UploadStore()
    let seats = UploadSeats()
    let space = UploadSpace(
      folder: folder, reserveBytes: settings.reserveBytes, quotaBytes: settings.uploadQuotaBytes, uploads: uploads)
    let shelf = UploadShelf(
      database: database, uploads: uploads, seats: seats, folder: folder, keepSeconds: settings.uploadKeepSeconds,
      clock: context.clock)
    let reception = UploadReception(
      database: database, uploads: uploads, space: space, seats: seats, limitBytes: settings.uploadLimitBytes,
      expirySeconds: settings.uploadExpirySeconds, clock: context.clock)
    for lost in try await shelf.tidy() {
      context.logger.error("An upload's file has less than was acknowledged", metadata: ["upload": "\(lost)"])
    }
    UploadRoutes(
      database: database, uploads: uploads, space: space, shelf: shelf,
      tus: TusRoutes(database: database, reception: reception, shelf: shelf, idempotency: idempotency),
      idempotency: idempotency, limitBytes: settings.uploadLimitBytes, clock: context.clock
    ).add(to: &routes)
    return UploadUpkeep(shelf: shelf, seconds: settings.uploadSweepSeconds, logger: context.logger)
  }
}
