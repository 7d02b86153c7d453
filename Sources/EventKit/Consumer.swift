import Contract
import Logging
import ServiceLifecycle
import StorageKit
import Synchronization
import TelemetryKit

/// Turns the events of some sources into effects in the service's own database, each exactly once: effect and cursor
/// commit together, so a duplicate changes nothing; a gap is filled from the source's own feed.
///
/// An event that fails is set aside with all later ones of its subject, and tried again after growing pauses
/// (``ConsumerRetries``); all other subjects flow on.
final class Consumer: Service {
  let definition: ConsumerDefinition
  let database: ServiceDatabase
  let settings: EventSettings
  let store: ConsumerStore
  let logger: Logger
  /// Raised when a subject begins to fail.
  let failed = Signal()
  /// Raised when all cursors are forgotten.
  private let forgotten = Signal()
  private let bus: any EventBus
  private let feed: @Sendable (_ source: String) throws -> SourceFeed
  private let reporter: ConsumerReporter
  private let retries: ConsumerRetries
  private let instruments: ConsumerInstruments

  init(
    _ definition: ConsumerDefinition, service: String, database: ServiceDatabase, bus: any EventBus,
    letters: any DeadLetterOffice, feed: @escaping @Sendable (_ source: String) throws -> SourceFeed,
    settings: EventSettings, clock: WallClock, logger: Logger, metrics: Metrics
  ) {
    var logger = logger
    logger[metadataKey: "consumer"] = "\(definition.name)"
    self.definition = definition
    self.database = database
    self.bus = bus
    self.feed = feed
    self.settings = settings
    self.logger = logger
    store = ConsumerStore(consumer: definition.name)
    instruments = ConsumerInstruments(metrics, consumer: definition.name)
    retries = ConsumerRetries(
      definition: definition, service: service, store: store, database: database, letters: letters, failed: failed,
      settings: settings, clock: clock, logger: logger, instruments: instruments)
    reporter = ConsumerReporter(
      consumer: definition.name, service: service, store: store, database: database, letters: letters,
      settings: settings, logger: logger)
  }

  func run() async throws {
    let feeds = try definition.sources.map { ($0, try feed($0)) }
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup(of: Void.self) { group in
        for (source, feed) in feeds { group.addTask { await self.follow(source, feed) } }
        group.addTask { await self.retries.run() }
        group.addTask { await self.reporter.run { self.retries.obey($0) } }
      }
    }
  }

  /// Drops the projection and has it made anew from the sources' beginnings. Returns once it is dropped; those who
  /// were about to take an event notice by their cursor.
  func rebuild() async throws {
    guard let rebuild = definition.rebuild else { throw ConsumerError.notRebuildable(consumer: definition.name) }
    let store = store
    try await database.write { session in
      try rebuild.reset(session)
      try store.forget(in: session)
    }
    forgotten.raise()
    logger.notice("the projection is made anew")
  }

  // MARK: - Following a source

  private func follow(_ source: String, _ feed: SourceFeed) async {
    var backoff = Backoff(first: settings.firstBackoff, longest: settings.longestBackoff)
    var ahead: ReadRun?
    while !Task.isCancelled {
      do {
        ahead = try await step(source, feed, ahead)
        backoff.reset()
      } catch {
        ahead = nil
        if case ConsumerError.cursorMoved = error { continue }
        if Task.isCancelled { return }
        logger.warning("a source cannot be followed now", metadata: ["source": "\(source)", "error": "\(error)"])
        try? await Task.sleep(for: backoff.pause())
      }
    }
  }

  /// Reads what comes next, unless it was read `ahead`, and takes it in. While far behind, what follows is read
  /// meanwhile, and answered.
  private func step(_ source: String, _ feed: SourceFeed, _ ahead: ReadRun?) async throws -> ReadRun? {
    let seen = forgotten.generation
    let cursor = try database.read { try store.cursor(source, in: $0) }
    if cursor?.isRestoring == true {  // killed half-way through a snapshot
      try await rebuild()
      return nil
    }
    let read: ReadRun
    if let ahead, ahead.run.start == cursor?.position {
      read = ahead
    } else {
      read = try await self.read(source, after: cursor?.position, seen)
    }
    guard read.run.events.count >= settings.batchCount, !read.run.isBroken else {
      try await apply(read, of: source, from: cursor)
      if read.run.isBroken { try await repair(source, feed) }
      return nil
    }
    async let next = self.read(source, after: read.run.position, seen)
    try await apply(read, of: source, from: cursor)
    return try await next
  }

  /// What the bus has after a position, as far as it follows.
  private func read(_ source: String, after position: EventPosition?, _ seen: Int) async throws -> ReadRun {
    let page = try await page(of: source, after: position, seen)
    return try await read(page.events, of: source, after: position)
  }

  /// All that is to be done with events outside of the transaction.
  private func read(_ lines: [[UInt8]], of source: String, after position: EventPosition?) async throws -> ReadRun {
    var run = EventRun(source: source, after: position)
    for line in lines where !run.take(line) { break }
    try await definition.keys?.learn(run.events)
    return ReadRun(run, by: definition)
  }

  /// Waits at the bus for what follows, and is called off when the cursors are forgotten meanwhile.
  private func page(of source: String, after position: EventPosition?, _ seen: Int) async throws -> EventPage {
    try await withThrowingTaskGroup(of: EventPage.self) { group in
      group.addTask { [bus, settings] in
        try await bus.read(
          source: source, after: position, limit: settings.batchCount, waiting: settings.longPoll)
      }
      group.addTask { [forgotten, settings] in
        await forgotten.wait(beyond: seen, atMost: settings.longPoll * 2)
        throw ConsumerError.cursorMoved
      }
      defer { group.cancelAll() }
      guard let page = try await group.next() else { throw CancellationError() }
      return page
    }
  }

  /// Fetches from the source itself what the bus has not, or has in another epoch or damaged.
  private func repair(_ source: String, _ feed: SourceFeed) async throws {
    let cursor = try database.read { try store.cursor(source, in: $0) }
    let page = try await feed.events(after: cursor?.position, limit: settings.batchCount)
    instruments.repairs.increment()
    if let cursor, cursor.position.epoch != page.epoch {
      return try await enter(page.epoch, of: source, from: cursor, page, feed)
    }
    let after = cursor?.position ?? EventPosition(epoch: page.epoch, seq: 0)
    if page.oldest > after.seq + 1 { return try await bridge(to: page, of: source, from: cursor, feed) }
    let read = try await read(page.events, of: source, after: after)
    if read.run.events.isEmpty {
      // Nothing more at the source: the bus is at fault or behind it, and will be mended by the relay.
      throw ConsumerError.missing(source: source, after: after.seq)
    }
    try await apply(read, of: source, from: cursor)
  }

  /// The source has begun anew: what it told before may be wrong.
  private func enter(
    _ epoch: String, of source: String, from cursor: ConsumerCursor, _ page: SourceFeed.FeedPage, _ feed: SourceFeed
  ) async throws {
    logger.notice("the source has a new epoch", metadata: ["source": "\(source)", "epoch": "\(epoch)"])
    if definition.rebuild != nil { return try await rebuild() }
    try await move(source, from: cursor, to: EventPosition(epoch: epoch, seq: 0))
  }

  /// What comes next is past the source's retention: only its snapshot still has the effect.
  private func bridge(
    to page: SourceFeed.FeedPage, of source: String, from cursor: ConsumerCursor?, _ feed: SourceFeed
  ) async throws {
    guard let rebuild = definition.rebuild, let restore = rebuild.restore else {
      logger.error(
        "events are lost to this consumer: they are past the retention and it takes no snapshot",
        metadata: ["source": "\(source)", "next": "\(page.oldest)"])
      instruments.losses.increment()
      return try await move(source, from: cursor, to: EventPosition(epoch: page.epoch, seq: page.oldest - 1))
    }
    // With a cursor there is a projection that would keep what the snapshot no longer has.
    if cursor != nil { return try await self.rebuild() }
    let snapshot = try await feed.snapshot()
    var restoring = ConsumerCursor(position: snapshot.position, isRestoring: true)
    try await moveCursor(source, from: nil, to: restoring) { _ in }
    for start in stride(from: 0, to: snapshot.lines.count, by: settings.batchCount) {
      let chunk = snapshot.lines[start..<min(start + settings.batchCount, snapshot.lines.count)]
      try await moveCursor(source, from: restoring, to: restoring) { session in
        for line in chunk { try restore(source, line, session) }
      }
    }
    let before = restoring
    restoring.isRestoring = false
    try await moveCursor(source, from: before, to: restoring) { _ in }
  }

  // MARK: - Transactions

  private func move(_ source: String, from cursor: ConsumerCursor?, to position: EventPosition) async throws {
    try await moveCursor(source, from: cursor, to: ConsumerCursor(position: position)) { _ in }
  }

  private func moveCursor(
    _ source: String, from cursor: ConsumerCursor?, to next: ConsumerCursor,
    _ effect: @escaping @Sendable (SQLSession) throws -> Void
  ) async throws {
    let store = store
    try await database.write { session in
      try store.move(source, from: cursor, to: next, in: session)
      try effect(session)
    }
  }

  /// The effects of `events` and the cursor after them, in one transaction; each event in its own savepoint, so that
  /// one that fails is set aside and undoes nothing else.
  private func apply(_ read: ReadRun, of source: String, from cursor: ConsumerCursor?) async throws {
    let events = read.run.events
    guard let last = events.last?.header else { return }
    let (store, limit) = (store, settings.parkedLimit)
    let next = ConsumerCursor(position: EventPosition(epoch: last.epoch, seq: last.seq))
    let newlyFailing = try await database.write { session in
      try store.move(source, from: cursor, to: next, in: session)
      var failing = Set(try store.failingSubjects(in: session).map(\.key))
      let isFull = failing.count >= ConsumerStore.subjectLimit
      if try isFull || !failing.isEmpty && store.parkedCount(in: session) + events.count > limit {
        throw ConsumerError.tooManyParked(limit: limit)
      }
      var errors: [(event: Event, error: String)] = []
      for (event, effect) in zip(events, read.effects) {
        let key = FailingSubject.Key(source: source, subject: event.header.subject)
        if failing.contains(key) {
          try store.park(event, in: session)
          continue
        }
        do {
          if let effect = try effect.get() { try session.savepoint { try effect(session) } }
        } catch let error where !error.concernsStorage {
          let failure = FailingSubject(key: key, attempts: 1, error: "\(error)".prefix(2000).description)
          try store.save(failure, in: session)
          try store.park(event, in: session)
          failing.insert(key)
          errors.append((event, failure.error))
        }
      }
      return errors
    }
    instruments.events.increment(by: Double(events.count))
    for (event, error) in newlyFailing {
      logger.warning(
        "an event failed and is tried again",
        metadata: ["event": "\(event.header.id)", "type": "\(event.header.type)", "error": "\(error)"])
    }
    if !newlyFailing.isEmpty { failed.raise() }
  }
}

extension Error {
  /// Whether the fault is the database's and not the event's: the same event will do once it is mended.
  var concernsStorage: Bool {
    switch self as? StorageError {
    case .full, .busy, .closed: true
    case .corrupt, .constraint, .other, nil: self is ConsumerError
    }
  }
}
