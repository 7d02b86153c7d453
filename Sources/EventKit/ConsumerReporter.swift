import Contract
import Logging
import StorageKit
import TelemetryKit

/// Tells the bus how far a consumer is, and hears which dead letters it shall try again.
struct ConsumerReporter: Sendable {
  let consumer: String
  let service: String
  let store: ConsumerStore
  let database: ServiceDatabase
  let letters: any DeadLetterOffice
  let settings: EventSettings
  let logger: Logger

  func run(_ obey: @Sendable (ConsumerOrders) -> Void) async {
    while !Task.isCancelled {
      var hasDeadLetters = false
      do {
        let report = try current()
        hasDeadLetters = !report.deadLetters.isEmpty
        obey(try await letters.report(report))
      } catch {
        if Task.isCancelled { return }
        logger.debug("the bus does not hear reports now", metadata: ["error": "\(error)"])
      }
      try? await Task.sleep(
        for: hasDeadLetters ? settings.reportIntervalWithDeadLetters : settings.reportInterval)
    }
  }

  private func current() throws -> ConsumerReport {
    try database.read { session in
      ConsumerReport(
        consumer: consumer, service: service,
        positions: try store.cursors(in: session).map {
          .init(source: $0.source, epoch: $0.cursor.position.epoch, seq: $0.cursor.position.seq)
        },
        deadLetters: try store.failingSubjects(in: session).compactMap(\.deadLetter))
    }
  }
}

/// What one consumer counts.
struct ConsumerInstruments: Sendable {
  let events: Counter.Series
  let repairs: Counter.Series
  let losses: Counter.Series
  let deadLetters: Counter.Series

  init(_ metrics: Metrics, consumer: String) {
    func series(_ name: String, _ help: String) -> Counter.Series {
      metrics.counter(name, help: help, labels: ["consumer"]).with([consumer])
    }
    events = series("consumer_events_total", "Events taken in.")
    repairs = series("consumer_repairs_total", "Times a source's own feed was asked because the bus had not enough.")
    losses = series("consumer_losses_total", "Times events were past every retention.")
    deadLetters = series("consumer_dead_letters_total", "Events given up.")
  }
}
