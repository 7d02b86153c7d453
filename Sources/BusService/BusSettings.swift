import ConfigKit

struct BusSettings: Sendable {
  /// How long the log keeps events.
  let retentionHours: Int
  /// How long settled dead letters are kept.
  let settledLetterDays: Int
  /// The longest a read may wait.
  let longestWaitMilliseconds: Int
  let pruneSeconds: Int
  /// Rows deleted at once.
  let pruneChunk: Int
  /// Consumers whose reports are kept.
  let consumerLimit: Int

  init(_ reader: SettingsReader) throws {
    retentionHours = try reader.integer("BUS_RETENTION_HOURS", default: 168, in: 1...8760)
    settledLetterDays = try reader.integer("BUS_SETTLED_LETTER_DAYS", default: 30, in: 1...3650)
    longestWaitMilliseconds = try reader.integer("BUS_LONGEST_WAIT_MILLISECONDS", default: 25_000, in: 0...60_000)
    pruneSeconds = try reader.integer("BUS_PRUNE_SECONDS", default: 60, in: 1...86_400)
    pruneChunk = try reader.integer("BUS_PRUNE_CHUNK", default: 500, in: 10...10_000)
    consumerLimit = try reader.integer("BUS_CONSUMER_LIMIT", default: 256, in: 1...10_000)
  }
}
