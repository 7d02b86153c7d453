import Contract
import EventKit
import Logging
import PlaybackAPI
import ServiceLifecycle
import StorageKit

/// Closes the sessions whose players have gone silent, and forgets what is old. Runs for as long as the service does.
package struct SweepLeases: Service {
  let settings: PlaybackSettings
  let database: ServiceDatabase
  let leases: StreamLeases
  let ending: EndPlaybackSession
  let answers: IdempotencyStore
  let prepareKey: PrepareEventKey
  let clock: WallClock
  let logger: Logger

  /// One transaction closes at most so many sessions, and forgets at most so many rows of each kind.
  static let batch = 200
  /// Forgetting happens once in so many looks for expired leases.
  static let looksPerPrune = 60

  package func run() async throws {
    let interval = Duration.milliseconds(settings.sweepMilliseconds)
    var looks = 0
    var last = ContinuousClock.now
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do { try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) } } catch { break }
      let late = last.duration(to: .now) - interval
      // This process was stopped, or the machine slept: no player could have been heard meanwhile.
      if late > .seconds(settings.heartbeatSeconds) / 2 { leases.postponeAll(by: late) }
      last = .now
      looks += 1
      do {
        try await closeExpired()
        if looks.isMultiple(of: Self.looksPerPrune) { try await prune() }
      } catch {
        logger.warning("Leases were not swept; the next look tries again", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Ends every session whose lease has expired; answers how many.
  @discardableResult
  package func closeExpired() async throws -> Int {
    var closed = 0
    while true {
      let expired = leases.expired(limit: Self.batch)
      if expired.isEmpty { return closed }
      for account in try accounts(of: expired) { await prepareKey(account) }
      let now = clock.now()
      closed += try await database.write { db in
        var count = 0
        // A heartbeat may have come in between.
        for session in expired where leases.hasExpired(session) {
          if try ending.end(session, because: .leaseExpired, at: now, in: db) { count += 1 }
        }
        return count
      }
      for session in expired where leases.hasExpired(session) { leases.drop(session) }
    }
  }

  private func accounts(of sessions: [PlaybackSessionID]) throws -> Set<AccountID> {
    try database.read { db in Set(try sessions.compactMap { try SessionStore.account(of: $0, in: db) }) }
  }

  /// Forgets ended sessions and answered starts beyond their age, a batch at a time.
  package func prune() async throws {
    let now = clock.now()
    let sessionsBefore = now.adding(seconds: -3600 * Double(settings.sessionRetentionHours))
    // No session that may still play a replaced asset has a media token for longer.
    let keysBefore = now.adding(seconds: -Double(PlaybackSettings.longestMediaTokenSeconds))
    var forgotten = Self.batch
    while forgotten >= Self.batch {
      forgotten = try await database.write { db in
        let old = try SessionStore.prune(endedBefore: sessionsBefore, now: now, limit: Self.batch, in: db)
        let erased = try SessionStore.pruneDeletedProfiles(now: now, limit: Self.batch, in: db)
        let starts = try answers.prune(limit: Self.batch, in: db)
        let keys = try ContentKeyStore.prune(replacedBefore: keysBefore, limit: Self.batch, in: db)
        return max(old, erased, starts, keys)
      }
    }
  }
}
