import Contract
import Logging
import ServerKit
import ServiceLifecycle
import StorageKit
import Synchronization
import TelemetryKit

/// Brings a service's events to the bus in order: woken by each commit, batch after batch, each acknowledged before
/// the next. It backs off and never skips.
///
/// It keeps no cursor of its own: what the bus holds is asked at the start, after every failure, and now and then.
/// So a bus that lost its log is refilled, and there is no second number to disagree.
final class OutboxRelay: Service {
  private let outbox: Outbox
  private let database: ServiceDatabase
  private let bus: any EventBus
  private let settings: EventSettings
  private let logger: Logger
  private let committed = Signal()
  private let held = Mutex(Held())

  /// What the bus said last.
  private struct Held {
    var seq: Int64?
    /// Nothing has failed since.
    var isSure = false
  }

  init(
    outbox: Outbox, database: ServiceDatabase, bus: any EventBus, settings: EventSettings, clock: WallClock,
    logger: Logger, metrics: Metrics
  ) {
    self.outbox = outbox
    self.database = database
    self.bus = bus
    self.settings = settings
    self.logger = logger
    database.onCommit { [committed] in committed.raise() }
    metrics.observe("outbox_unrelayed", help: "Events written and not yet held by the bus.") { [weak self] in
      Double(self?.unrelayedCount ?? 0)
    }
    metrics.observe("outbox_oldest_seconds", help: "Age of the oldest event not yet held by the bus.") { [weak self] in
      self?.secondsBehind(at: clock.now()) ?? 0
    }
  }

  /// The number up to which the bus held the events when it was heard last; nil before its first answer.
  var lastHeld: Int64? { held.withLock { $0.seq } }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in await relay() }
    await finish()
  }

  private func relay() async {
    var backoff = Backoff(first: settings.firstBackoff, longest: settings.longestBackoff)
    while !Task.isCancelled {
      let seen = committed.generation
      do {
        if try await relayOnce() { continue }
        backoff.reset()
        await committed.wait(beyond: seen, atMost: settings.headCheckInterval)
        if committed.generation == seen { doubtHeld() }  // nothing happened for long: look again
      } catch {
        if Task.isCancelled { return }
        doubtHeld()
        logger.warning("events cannot be relayed now", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: backoff.pause())
      }
    }
  }

  /// Sends the next batch; false when there is nothing to send.
  private func relayOnce() async throws -> Bool {
    let last = try await knownHeld()
    let batch = try database.read { try outbox.batch(after: last, limit: EventLimits.batchCount, in: $0) }
    guard !batch.events.isEmpty else { return false }
    let receipt = try await bus.publish(batch)
    if receipt.outcome == .gap {
      logger.warning(
        "the bus lacks earlier events and gets them again",
        metadata: ["held": "\(receipt.lastHeld)", "sent": "\(batch.first)"])
    }
    held.withLock { $0 = Held(seq: receipt.lastHeld, isSure: true) }
    return true
  }

  private func knownHeld() async throws -> Int64 {
    if let held = held.withLock({ $0.isSure ? $0.seq : nil }) { return held }
    let last = try database.read { try outbox.last(in: $0) }
    var answer = try await bus.lastHeld(source: outbox.source, epoch: last.epoch)
    if answer > last.seq {
      logger.error(
        "the bus holds events we never wrote: the database was put back; a new epoch begins",
        metadata: ["held": "\(answer)", "written": "\(last.seq)"])
      let outbox = outbox
      try await database.write { try outbox.beginEpoch(in: $0) }
      answer = 0
    }
    let seq = answer
    held.withLock { $0 = Held(seq: seq, isSure: true) }
    return answer
  }

  private func doubtHeld() {
    held.withLock { $0.isSure = false }
  }

  /// On the way out, a short try to hand over what is left; what does not go now goes after the next start.
  private func finish() async {
    let end = ContinuousClock.now + settings.finishLimit
    while .now < end, (try? await relayOnce()) == true {}
  }

  private var unrelayedCount: Int64 {
    guard let last = try? database.read({ try outbox.last(in: $0) }) else { return 0 }
    return max(0, last.seq - (lastHeld ?? 0))
  }

  private func secondsBehind(at now: Timestamp) -> Double {
    let held = lastHeld ?? 0
    let oldest = try? database.read { try outbox.time(ofFirstAfter: held, in: $0) }
    guard let oldest = oldest ?? nil else { return 0 }
    return max(0, now.seconds(since: oldest))
  }
}

/// Deletes events that are older than the retention and held by the bus, few at a time: one large deletion would
/// stall every writer for as long.
struct OutboxPruning: Service {
  let outbox: Outbox
  let relay: OutboxRelay
  let database: ServiceDatabase
  let settings: EventSettings
  let clock: WallClock
  let logger: Logger

  func run() async throws {
    await keepUp(
      every: { settings.pruneInterval }, failing: "old events cannot be deleted now", logger: logger
    ) {
      while try await pruneOnce() == settings.pruneChunk { try await Task.sleep(for: settings.pruneChunkPause) }
    }
  }

  /// Answers how many it deleted.
  func pruneOnce() async throws -> Int {
    guard let held = relay.lastHeld else { return 0 }
    let limit = clock.now().adding(seconds: -3600 * Double(settings.retentionHours))
    return try await database.write { [outbox, settings] session in
      try outbox.prune(before: limit, upTo: held, limit: settings.pruneChunk, in: session)
    }
  }
}
