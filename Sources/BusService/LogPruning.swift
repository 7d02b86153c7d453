import Contract
import Logging
import ServerKit
import ServiceLifecycle

/// Deletes what is past its retention, few rows at a time: one large deletion would stall every publisher.
struct LogPruning: Service {
  let log: EventLogStore
  let letters: DeadLetterStore
  let settings: BusSettings
  let clock: WallClock
  let logger: Logger

  func run() async throws {
    await keepUp(
      every: { .seconds(settings.pruneSeconds) }, failing: "old events cannot be deleted now", logger: logger, pruneAll)
  }

  @Sendable private func pruneAll() async throws {
    let now = clock.now()
    let oldest = now.adding(seconds: -3600 * Double(settings.retentionHours))
    while try await log.prune(before: oldest, limit: settings.pruneChunk) == settings.pruneChunk {
      try await Task.sleep(for: .milliseconds(50))
    }
    let settled = now.adding(seconds: -86_400 * Double(settings.settledLetterDays))
    while try await letters.prune(settledBefore: settled, limit: settings.pruneChunk) == settings.pruneChunk {
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
