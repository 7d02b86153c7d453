import AuditKit
import Contract
import EventKit
import Foundation
import Logging
package import ServerKit
import StorageKit
import TelemetryKit

/// Durable fan-out of events, dead letters, lag.
package enum BusModule: ServiceModule {
  package static let name = "bus"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try BusSettings(context.settings)
    let logDatabase = try openLog(context)
    let letterDatabase = try ServiceDatabase(
      path: "\(context.dataFolder)/dead-letters.db", migrations: DeadLetterSchema.migrations, durability: .full,
      clock: context.clock, logger: context.logger, metrics: context.metrics)
    let log = EventLogStore(database: logDatabase, clock: context.clock)
    let letters = DeadLetterStore(database: letterDatabase, clock: context.clock)
    let consumers = ConsumerRoutes(
      log: log, letters: letters, lagBoard: LagBoard(limit: settings.consumerLimit), clock: context.clock)
    observe(consumers, letters, in: context)

    var parts = ServiceParts()
    EventRoutes(log: log, signals: SourceSignals(), settings: settings).add(to: &parts.routes)
    consumers.add(to: &parts.routes)
    parts.background = [
      LogPruning(log: log, letters: letters, settings: settings, clock: context.clock, logger: context.logger)
    ]
    parts.onClose = [{ logDatabase.close() }, { letterDatabase.close() }]
    parts.keepAuditLog(context)
    return parts
  }

  /// A log that cannot be read is set aside and begun anew: the outboxes refill it.
  private static func openLog(_ context: ServiceContext) throws -> ServiceDatabase {
    let path = "\(context.dataFolder)/bus.db"
    func open() throws -> ServiceDatabase {
      try ServiceDatabase(
        path: path, migrations: EventLogSchema.migrations, durability: .normal, clock: context.clock,
        logger: context.logger, metrics: context.metrics)
    }
    do {
      return try open()
    } catch let StorageError.corrupt(reason) {
      let aside = "\(path).damaged-\(context.clock.now().milliseconds)"
      context.logger.error(
        "the log is damaged, set aside and refilled by its sources",
        metadata: ["reason": "\(reason)", "to": "\(aside)"])
      try FileManager.default.moveItem(atPath: path, toPath: aside)
      for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.removeItem(atPath: path + suffix)
      }
      return try open()
    }
  }

  private static func observe(_ consumers: ConsumerRoutes, _ letters: DeadLetterStore, in context: ServiceContext) {
    context.metrics.observe("bus_dead_letters", help: "Dead letters that are not settled.") {
      Double((try? letters.openCount()) ?? 0)
    }
    context.metrics.observe("bus_consumer_lag_events", help: "Events the slowest consumer has not taken.") {
      Double((try? consumers.lag())?.map(\.events).max() ?? 0)
    }
    context.metrics.observe("bus_consumer_lag_seconds", help: "Age of the oldest event not taken by all.") {
      (try? consumers.lag())?.map(\.seconds).max() ?? 0
    }
  }
}
