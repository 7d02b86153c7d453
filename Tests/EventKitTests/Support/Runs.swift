import Contract
import Logging
import ServiceLifecycle
import StorageKit
import TelemetryKit
import TestKit

@testable import EventKit

/// Times that make a test quick.
let quickSettings: EventSettings = {
  var settings = EventSettings()
  settings.longPoll = .milliseconds(200)
  settings.retryDelays = Array(repeating: .milliseconds(5), count: 5)
  settings.reportInterval = .milliseconds(10)
  settings.reportIntervalWithDeadLetters = .milliseconds(10)
  settings.headCheckInterval = .milliseconds(100)
  settings.firstBackoff = .milliseconds(5)
  settings.longestBackoff = .milliseconds(20)
  return settings
}()

let quietLogger = Telemetry.logger("test", format: .text, level: .critical)

/// Runs services beside `body` and stops them after it.
func running<Result: Sendable>(
  _ services: [any Service], _ body: () async throws -> Result
) async throws -> Result {
  let group = ServiceGroup(
    configuration: .init(
      services: services.map { .init(service: $0, successTerminationBehavior: .ignore) }, logger: quietLogger))
  return try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask { try await group.run() }
    let outcome: Swift.Result<Result, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    await group.triggerGracefulShutdown()
    try await tasks.waitForAll()
    return try outcome.get()
  }
}

extension NoteSource {
  func relay(to bus: any EventBus, settings: EventSettings = quickSettings) -> OutboxRelay {
    OutboxRelay(
      outbox: outbox, database: database, bus: bus, settings: settings, clock: .system, logger: quietLogger,
      metrics: Metrics())
  }
}

/// A consumer of `/notes` over a database of effects.
func makeConsumer(
  of source: NoteSource, over bus: MemoryBus, into database: ServiceDatabase, feed: (any Transport)? = nil,
  settings: EventSettings = quickSettings, rebuild: ConsumerRebuild? = nil, keys: EventKeys? = nil,
  apply: @escaping @Sendable (Event, SQLSession) throws -> Void = applyNote
) -> Consumer {
  let transport = feed ?? source.feed()
  return Consumer(
    ConsumerDefinition(
      name: "effects", sources: ["/notes"], rebuild: rebuild, keys: keys, read: { event in { try apply(event, $0) } }),
    service: "readers",
    database: database, bus: bus, letters: bus, feed: { _ in SourceFeed(transport, caller: "readers") },
    settings: settings, clock: .system, logger: quietLogger, metrics: Metrics())
}

/// A source, a bus in memory and an empty database of effects.
func withStage(
  _ body: (_ source: NoteSource, _ bus: MemoryBus, _ effects: ServiceDatabase) async throws -> Void
) async throws {
  try await withTemporaryFolder { folder in
    let source = try NoteSource(folder)
    let effects = try ServiceDatabase(path: "\(folder)/effects.db", migrations: effectSchema, durability: .normal)
    defer {
      source.database.close()
      effects.close()
    }
    try await body(source, MemoryBus(), effects)
  }
}
