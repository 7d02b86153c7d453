package import ConfigKit

/// Times and sizes of relays, consumers and views; the same names in every service.
package struct EventSettings: Sendable {
  /// How long a source keeps its events.
  package var retentionHours = 168
  /// Events in one transaction of a consumer, and asked for at once.
  package var batchCount = EventLimits.batchCount
  /// How long a read waits at the bus for something new.
  package var longPoll = Duration.seconds(25)
  /// Pauses before an event that failed is tried again; after the last it is a dead letter.
  package var retryDelays: [Duration] = [.seconds(1), .seconds(5), .seconds(25), .seconds(60), .seconds(300)]
  /// Events a consumer may hold parked behind failing ones; at the bound it stops instead.
  package var parkedLimit = 100_000
  /// Between a consumer's reports to the bus.
  package var reportInterval = Duration.seconds(5)
  /// The same while it holds dead letters, whose redrive it learns by it.
  package var reportIntervalWithDeadLetters = Duration.seconds(1)
  /// Between looks at what the bus holds while nothing happens.
  package var headCheckInterval = Duration.seconds(30)
  /// How long a relay goes on handing over while its service stops.
  package var finishLimit = Duration.seconds(3)
  /// Between rounds of pruning, and between the chunks of one.
  package var pruneInterval = Duration.seconds(60)
  package var pruneChunkPause = Duration.milliseconds(50)
  package var pruneChunk = 500
  /// Pauses after a failure to reach the bus or a source.
  package var firstBackoff = Duration.milliseconds(100)
  package var longestBackoff = Duration.seconds(5)

  package init() {}

  package init(_ reader: SettingsReader) throws {
    retentionHours = try reader.integer("EVENTS_RETENTION_HOURS", default: retentionHours, in: 1...8760)
    batchCount = try reader.integer("EVENTS_BATCH", default: batchCount, in: 1...EventLimits.batchCount)
    longPoll = .milliseconds(
      try reader.integer("EVENTS_LONG_POLL_MILLISECONDS", default: 25_000, in: 10...25_000))
    let retries = try reader.integer("EVENTS_RETRIES", default: retryDelays.count, in: 0...retryDelays.count)
    retryDelays = Array(retryDelays.prefix(retries))
    parkedLimit = try reader.integer("EVENTS_PARKED_LIMIT", default: parkedLimit, in: 100...10_000_000)
    reportInterval = .milliseconds(
      try reader.integer("EVENTS_REPORT_MILLISECONDS", default: 5000, in: 10...60_000))
    reportIntervalWithDeadLetters = min(reportInterval, reportIntervalWithDeadLetters)
    headCheckInterval = .seconds(try reader.integer("EVENTS_HEAD_CHECK_SECONDS", default: 30, in: 1...3600))
    pruneInterval = .seconds(try reader.integer("EVENTS_PRUNE_SECONDS", default: 60, in: 1...86_400))
    longestBackoff = .milliseconds(
      try reader.integer("EVENTS_LONGEST_BACKOFF_MILLISECONDS", default: 5000, in: 100...60_000))
  }
}
