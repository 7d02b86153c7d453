import Contract
import EncodingAPI
import EventKit
import ServerKit
import ServiceLifecycle
import StorageKit

/// What encoders call.
struct LeaseRoutes: Sendable {
  let database: ServiceDatabase
  let flow: JobFlow
  let workers: WorkerRegister
  /// Raised after each commit.
  let news: Signal
  let claims: StoreClaimStore
  let clock: WallClock
  /// Playback's, for an asset to be encrypted.
  let contentKey: @Sendable (AssetID, EncryptionScheme) async throws -> ContentKey

  static let longestWaitSeconds = 20
  static let longestName = 100
  static let mostCapabilities = 100
  /// Backed-off tasks and expired leases are no news, so a waiter looks again by itself.
  static let lookAgain: Duration = .milliseconds(500)

  func add(to routes: inout Routes) {
    routes.on(EncodingEndpoints.lease) { LeaseAnswer(lease: try await lease($0.body)) }
    routes.on(EncodingEndpoints.heartbeat) { try await heartbeat($0.parameters.task, $0.body) }
    routes.on(EncodingEndpoints.storeClaims) { call in
      let finds = call.body
      for (field, count) in [
        ("jobs", finds.jobs.count), ("assets", finds.assets.count), ("leases", finds.leases.count),
      ] where count > StoreFinds.limit {
        throw Problem.invalid(field: field, "must have at most \(StoreFinds.limit) entries")
      }
      let now = clock.now()
      return try database.read { try claims.verdict(on: finds, at: now, in: $0) }
    }
    routes.on(EncodingEndpoints.report) { call in
      let now = clock.now()
      try await database.write { try flow.report(call.parameters.task, call.body, at: now, in: $0) }
      return Empty()
    }
  }

  private func lease(_ request: LeaseRequest) async throws -> TaskLease? {
    guard (1...Self.longestName).contains(request.encoder.utf8.count) else {
      throw Problem.invalid(field: "encoder", "must have 1 to \(Self.longestName) characters")
    }
    guard (0...Self.longestWaitSeconds).contains(request.waitSeconds) else {
      throw Problem.invalid(field: "waitSeconds", "must be from 0 to \(Self.longestWaitSeconds)")
    }
    try await register(request)
    let applicant = TaskApplicant(encoder: request.encoder, request.facts ?? .unsaid)
    let end = ContinuousClock.now + .seconds(request.waitSeconds)
    while true {
      let seen = news.generation
      let now = clock.now()
      if try database.read({ try flow.hasWork(for: applicant, at: now, in: $0) }) {
        // Nobody is there any more to take what would be leased.
        try Task.checkCancellation()
        let lease = try await database.write { db in
          // What it held it has lost, whether or not it may have more.
          try flow.lease(
            to: applicant, isAdmitted: workers.admits(request.encoder, in: db), at: now, in: db)
        }
        if let lease, let complete = try await withKey(lease) { return complete }
      }
      let left = end - .now
      // Waiting encoders must not hold up a service that stops.
      guard left > .zero, !Task.isCancelled, !Task.isShuttingDownGracefully else { return nil }
      await news.wait(beyond: seen, atMost: min(left, Self.lookAgain))
    }
  }

  /// The lease with the key that its task needs; nil where it cannot be had now, and the task waits for it.
  private func withKey(_ lease: TaskLease) async throws -> TaskLease? {
    guard lease.work.kind == .encrypt, let asset = lease.work.asset, let scheme = lease.work.plan?.encryption else {
      return lease
    }
    var lease = lease
    do {
      lease.contentKey = try await contentKey(asset, scheme)
      return lease
    } catch {
      let (now, waiting) = (clock.now(), lease)
      // What went wrong there is playback's to log.
      let reason = "Playback has not given the film's key yet."
      try await database.write { try flow.postpone(waiting, reason: reason, at: now, in: $0) }
      return nil
    }
  }

  private func register(_ request: LeaseRequest) async throws {
    let facts = request.facts ?? .unsaid
    guard facts.capabilities.count <= Self.mostCapabilities,
      facts.capabilities.allSatisfy({ (1...Self.longestName).contains($0.utf8.count) })
    else {
      throw Problem.invalid(
        field: "facts.capabilities", "must be at most \(Self.mostCapabilities) words of 1 to \(Self.longestName) bytes")
    }
    let now = clock.now()
    guard workers.roll.hear(request.encoder, facts, at: now) else { return }
    let isKnown = try await database.write { try workers.store.put(request.encoder, facts, at: now, in: $0) }
    guard isKnown else { throw Problem.unavailable("There are more than \(WorkerStore.mostWorkers) encoders.") }
  }

  private func heartbeat(_ task: EncodingTaskID, _ beat: TaskHeartbeat) async throws -> TaskHeartbeatAnswer {
    let now = clock.now()
    guard beat.progress.isFinite else { throw Problem.invalid(field: "progress", "must be from 0 to 1") }
    guard beat.seconds?.isFinite ?? true else { throw Problem.invalid(field: "seconds", "must be a number") }
    let encoder = try await database.write { db in
      try flow.keep(task, beat, at: now, in: db)
      return try flow.tasks.holder(of: task, in: db)
    }
    if let encoder { workers.roll.hear(encoder, at: now) }
    return TaskHeartbeatAnswer(isCancelled: false)
  }
}
