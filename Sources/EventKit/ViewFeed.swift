package import Contract
package import Logging
package import ServerKit
import ServiceLifecycle
import Synchronization

/// Feeds an in-memory view of one source: its snapshot first, then its events in order. A gap, a new epoch or a
/// damaged event loads it anew. While the bus is away the source's own feed serves.
package struct ViewFeed: Service {
  private let source: String
  private let bus: any EventBus
  private let feed: SourceFeed
  private let settings: EventSettings
  private let logger: Logger
  private let reset: @Sendable (SourceFeed.Snapshot) async throws -> Void
  private let apply: @Sendable (Event) async throws -> Void
  private let caughtUp = CaughtUp()

  /// - Parameters:
  ///   - name: of the view, for logs.
  ///   - source: `/catalog`
  ///   - reset: replaces the whole view by a snapshot.
  ///   - apply: changes it by one event; types it does not know it passes over.
  package init(
    _ context: ServiceContext, name: String, source: String,
    reset: @escaping @Sendable (SourceFeed.Snapshot) async throws -> Void,
    apply: @escaping @Sendable (Event) async throws -> Void
  ) throws {
    self.init(
      name: name, source: source, bus: HTTPEventBus(try context.upstream("bus"), service: context.name),
      feed: SourceFeed(try context.upstream(String(source.dropFirst())), caller: context.name),
      settings: try EventSettings(context.settings), logger: context.logger, reset: reset, apply: apply)
  }

  package init(
    name: String, source: String, bus: any EventBus, feed: SourceFeed, settings: EventSettings, logger: Logger,
    reset: @escaping @Sendable (SourceFeed.Snapshot) async throws -> Void,
    apply: @escaping @Sendable (Event) async throws -> Void
  ) {
    var logger = logger
    logger[metadataKey: "view"] = "\(name)"
    self.source = source
    self.bus = bus
    self.feed = feed
    self.settings = settings
    self.logger = logger
    self.reset = reset
    self.apply = apply
  }

  /// Whether a snapshot has been loaded and the events known at that time taken in. It stays true while the view is
  /// loaded anew: an old view is better than none.
  package var isCaughtUp: Bool { caughtUp.value }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var backoff = Backoff(first: settings.firstBackoff, longest: settings.longestBackoff)
      var position: EventPosition?
      while !Task.isCancelled {
        do {
          position = try await step(from: position)
          backoff.reset()
        } catch {
          if Task.isCancelled { return }
          logger.warning("the view cannot be fed now", metadata: ["source": "\(source)", "error": "\(error)"])
          try? await Task.sleep(for: backoff.pause())
        }
      }
    }
  }

  /// Answers how far the view is; nil where it has to be loaded anew.
  private func step(from position: EventPosition?) async throws -> EventPosition? {
    guard let position else {
      let snapshot = try await feed.snapshot()
      try await reset(snapshot)
      return snapshot.position
    }
    let page = try await read(after: position)
    var run = EventRun(source: source, after: position)
    for line in page where !run.take(line) { break }
    for event in run.events { try await apply(event) }
    if run.isBroken { return try await mended(position, after: run) }
    if page.count < settings.batchCount { caughtUp.value = true }
    return run.position
  }

  private func read(after position: EventPosition) async throws -> [[UInt8]] {
    // The first look does not wait, so that being caught up is known at once.
    let waiting = caughtUp.value ? settings.longPoll : .zero
    do {
      return try await bus.read(
        source: source, after: position, limit: settings.batchCount, waiting: waiting
      ).events
    } catch {
      if Task.isCancelled { throw error }
      let page = try await feed.events(after: position, limit: settings.batchCount)
      if page.events.isEmpty { try await Task.sleep(for: settings.firstBackoff * 5) }
      return page.events
    }
  }

  /// After something that did not follow: the source itself says whether the view or the bus is behind.
  private func mended(_ position: EventPosition, after run: EventRun) async throws -> EventPosition? {
    let last = run.position ?? position
    let page = try await feed.events(after: last, limit: settings.batchCount)
    guard page.epoch == last.epoch, page.oldest <= last.seq + 1 else { return nil }
    var repaired = EventRun(source: source, after: last)
    for line in page.events where !repaired.take(line) { break }
    for event in repaired.events { try await apply(event) }
    if repaired.events.isEmpty { try await Task.sleep(for: settings.firstBackoff * 5) }
    return repaired.position
  }
}

/// Shared by the copies of a ``ViewFeed``.
private final class CaughtUp: Sendable {
  private let state = Atomic(false)

  var value: Bool {
    get { state.load(ordering: .acquiring) }
    set { state.store(newValue, ordering: .releasing) }
  }
}
