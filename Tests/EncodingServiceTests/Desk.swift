import Contract
import EncodingAPI
import EventKit
import StorageKit
import Synchronization
import TestKit

@testable import EncodingService

/// A database with its flow, on a clock that stands still.
struct Desk: Sendable {
  let database: ServiceDatabase
  let flow: JobFlow
  let clock = ManualClock()
  /// What is monotonic; ``pass(_:)`` moves both clocks.
  let monotonic = ManualMonotonic()

  init(folder: String) throws {
    database = try ServiceDatabase(path: "\(folder)/encoding.db", migrations: EncodingSchema.migrations)
    flow = JobFlow(
      jobs: JobStore(), tasks: TaskStore(), outbox: Outbox(source: "/encoding", clock: clock.clock),
      parameters: JobPlan.Parameters(),
      retries: RetryPolicy(
        maximumAttempts: 3, maximumExcusedAttempts: 6, firstWaitSeconds: 1, maximumWaitSeconds: 9),
      leases: TaskLeases(lengthSeconds: 15, now: monotonic.now), failedKeptSeconds: 3600, jitter: { 1 })
  }

  func pass(_ seconds: Double) {
    clock.advance(seconds: seconds)
    monotonic.advance(seconds: seconds)
  }

  @discardableResult
  func makeJob(_ options: JobOptions = JobOptions()) async throws -> JobID {
    let id = JobID(at: clock.now)
    let request = JobRequest(
      titleId: TitleID(seed: "\(id)"), source: JobSource(path: "/films/a.mp4"), sourceName: "a.mp4",
      file: SourceFile(path: "/films/a.mp4", fingerprint: "1"), options: options)
    let now = clock.now
    try await database.write { try flow.create(request, id: id, at: now, in: $0) }
    return id
  }

  func lease(_ encoder: String, _ facts: WorkerFacts = .unsaid) async throws -> TaskLease? {
    let now = clock.now
    return try await database.write { db in
      // As the service does all the time.
      try flow.expire(at: now, in: db)
      return try flow.lease(to: TaskApplicant(encoder: encoder, facts), at: now, in: db)
    }
  }

  func report(
    _ lease: TaskLease, _ outcome: TaskReport.Outcome, _ output: TaskOutput? = nil, damaged: [TaskInput]? = nil,
    cause: TaskReport.Cause? = nil
  ) async throws {
    let now = clock.now
    let report = TaskReport(
      token: lease.token, outcome: outcome, output: output, reason: "Because.", damaged: damaged, cause: cause)
    try await database.write { try flow.report(lease.task, report, at: now, in: $0) }
  }

  func job(_ id: JobID) throws -> EncodingJob? { try database.read { try flow.jobs.job(id, in: $0) } }
  func tasks(_ id: JobID) throws -> [EncodingTask] { try database.read { try flow.tasks.tasks(of: id, in: $0) } }
  func events() throws -> [Event] {
    try database.read { try flow.outbox.batch(after: 0, limit: 100, in: $0) }.events.map { try Event(json: $0) }
  }

  static let facts = SourceFacts(
    container: "mov,mp4", videoCodec: "h264", width: 320, height: 180, frameRate: FrameRate(25), frameCount: 500,
    firstPictureSeconds: 0, conformReason: nil, isInterlaced: false, audio: [])

  static let quality = RenditionQuality(
    measuredSeconds: 20,
    ssim: QualityStatistics(mean: 0.98, fifthPercentile: 0.97, worstSecond: 0.96, worstSecondAtSeconds: 3), vmaf: nil,
    likeness: Likeness(stray: 0.1, worstSecondStray: 0.2, worstSecondAtSeconds: 3, shiftSeconds: nil))

  func succeed(_ lease: TaskLease) async throws {
    let kind = lease.work.kind
    try await report(
      lease, .succeeded,
      TaskOutput {
        $0.folder = "\(kind)-\(lease.work.ordinal)"
        $0.facts = kind == .probe ? Self.facts : nil
        $0.renditionBytes = kind == .package ? [307_500] : nil
        $0.quality = kind == .quality ? Self.quality : nil
      })
  }

  /// Does every task that is ready as `encoder`, until nothing is left.
  func workOff(as encoder: String) async throws {
    while let lease = try await lease(encoder) { try await succeed(lease) }
  }
}

/// A monotonic clock that stands still until it is moved.
final class ManualMonotonic: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  var now: @Sendable () -> ContinuousClock.Instant { { self.instant.withLock { $0 } } }

  func advance(seconds: Double) { instant.withLock { $0 += .seconds(seconds) } }
}
