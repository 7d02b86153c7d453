import BusService
import Contract
import EventKit
import ServerKit
import StorageKit
import Synchronization
import TestKit

/// A service that has events: notes are added by HTTP.
enum NotesModule: ServiceModule {
  static let name = "notes"
  /// Of a mebibyte each: more than an answer that is collected may have.
  static let snapshotLines = 17
  static let add = Endpoint<Empty, NewNotes, Empty>(
    "notes.add", .post, "/notes", access: .service, bodyLimitBytes: 1 << 20, summary: "Add notes.")

  struct NewNotes: Codable, Sendable {
    var first: Int
    var count: Int
    var subject: String
  }

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/notes.db", migrations: EventSchema.migrations(), logger: context.logger,
      metrics: context.metrics)
    var events = try ServiceEvents(context, database: database, publishes: [NoteAdded.self])
    events.snapshot { _, line in
      for number in 1...snapshotLines {
        let text = String(repeating: "x", count: 1 << 20)
        try line(JSON.encode(NoteAdded(number: number, text: text)))
      }
    }
    var parts = ServiceParts()
    let outbox = events.outbox
    parts.routes.on(add) { call in
      let notes = call.body
      try await database.write { session in
        for number in notes.first..<(notes.first + notes.count) {
          try outbox.append(NoteAdded(number: number, text: "note"), subject: notes.subject, in: session)
        }
      }
      if notes.count == 1 { Stopwatch.shared.start(notes.first) }
      return Empty()
    }
    events.addRoutes(to: &parts.routes)
    parts.background = events.background
    parts.onClose = [{ database.close() }]
    return parts
  }
}

/// A service that listens to notes; refuses number 13.
enum ReadersModule: ServiceModule {
  static let name = "readers"
  static let effects = Endpoint<Empty, Empty, [Int]>(
    "readers.effects", .get, "/effects", access: .service, summary: "The numbers taken in.")
  static let forgive = Endpoint<Empty, Empty, Empty>(
    "readers.forgive", .post, "/forgive", access: .service, summary: "Take number 13 from now on.")

  struct Unlucky: Error {}

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/readers.db", migrations: effectSchema, logger: context.logger,
      metrics: context.metrics)
    let isForgiven = Flag()
    var events = try ServiceEvents(context, database: database, publishes: [])
    let reset = ConsumerRebuild(reset: { try $0.execute("DELETE FROM effect") })
    events.consume("effects", from: ["/notes"], rebuild: reset) { event, session in
      let note = try event.body(NoteAdded.self)
      if let note { Stopwatch.shared.stop(note.number) }
      if note?.number == 13, !isForgiven.isSet { throw Unlucky() }
      try applyNote(event, in: session)
    }
    var parts = ServiceParts()
    parts.routes.on(effects) { _ in
      try database.read { session in
        try session.rows("SELECT number FROM effect ORDER BY position LIMIT 100000") { $0.int(0) }
      }
    }
    parts.routes.on(forgive) { _ in
      isForgiven.set()
      return Empty()
    }
    events.addRoutes(to: &parts.routes)
    parts.background = events.background
    parts.onClose = [{ database.close() }]
    return parts
  }

  private final class Flag: Sendable {
    private let state = Atomic(false)
    var isSet: Bool { state.load(ordering: .relaxed) }
    func set() { state.store(true, ordering: .relaxed) }
  }
}

/// From the commit of an event to its consumer.
final class Stopwatch: Sendable {
  static let shared = Stopwatch()
  private let times = Mutex((started: [Int: ContinuousClock.Instant](), stopped: [Int: ContinuousClock.Instant]()))

  func start(_ number: Int) { times.withLock { $0.started[number] = .now } }
  func stop(_ number: Int) { times.withLock { $0.stopped[number] = $0.stopped[number] ?? .now } }

  /// In milliseconds, ascending.
  func latencies(of numbers: Range<Int>) -> [Double] {
    times.withLock { times in
      numbers.compactMap { number in
        guard let start = times.started[number], let stop = times.stopped[number] else { return nil }
        let time = (stop - start).components
        return Double(time.seconds) * 1000 + Double(time.attoseconds) * 1e-15
      }.sorted()
    }
  }
}

/// The bus, a source and a reader, each behind its own socket, with the keys of one stack.
struct NotesStack {
  let bus: TestService
  let notes: TestService
  let readers: TestService

  static func with(
    settings: [String: String] = [:], _ body: (NotesStack) async throws -> Void
  ) async throws {
    let quick = [
      "EVENTS_REPORT_MILLISECONDS": "20", "EVENTS_RETRIES": "0", "EVENTS_LONGEST_BACKOFF_MILLISECONDS": "200",
    ].merging(settings) { $1 }
    try await withService(BusModule.self, settings: settings) { bus in
      let atBus = quick.merging(["BUS_URL": bus.baseURL]) { $1 }
      try await withService(NotesModule.self, settings: atBus, keys: bus.keys) { notes in
        let atBoth = atBus.merging(["NOTES_URL": notes.baseURL]) { $1 }
        try await withService(ReadersModule.self, settings: atBoth, keys: bus.keys) { readers in
          try await body(NotesStack(bus: bus, notes: notes, readers: readers))
        }
      }
    }
  }

  func add(_ first: Int, count: Int = 1, subject: String = "book") async throws {
    _ = try await notes.transport.call(
      NotesModule.add, body: .init(first: first, count: count, subject: subject), in: .test(.service("test")))
  }

  func effects() async throws -> [Int] {
    try await readers.transport.call(ReadersModule.effects, in: .test(.service("test")))
  }
}
