package import Contract
package import EventKit
package import Logging
package import SecurityKit
package import StorageKit

/// Everything playback does, wired: by the module, and by tests with a time of their own.
package struct PlaybackParts: Sendable {
  package let leases: StreamLeases
  package let starting: StartPlaybackSession
  package let heartbeats: RecordHeartbeat
  package let stopping: StopPlaybackSession
  package let sweep: SweepLeases
  package let accounts: AccountsConsumer
  private let database: ServiceDatabase

  /// Open sessions are granted their leases anew in pages of so many.
  private static let page = 1000

  package init(
    settings: PlaybackSettings, database: ServiceDatabase, outbox: Outbox, keys: StackKeys, clock: WallClock,
    logger: Logger, prepareKey: @escaping PrepareEventKey = { _ in },
    forgetKey: @escaping @Sendable (AccountID) -> Void = { _ in },
    monotonicNow: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    let ending = EndPlaybackSession(outbox: outbox)
    let answers = IdempotencyStore(keptHours: Double(settings.idempotencyHours), clock: clock)
    self.database = database
    leases = StreamLeases(lengthSeconds: settings.leaseSeconds, now: monotonicNow)
    starting = StartPlaybackSession(
      settings: settings, database: database, outbox: outbox, leases: leases, ending: ending, answers: answers,
      keys: keys, prepareKey: prepareKey, clock: clock)
    heartbeats = RecordHeartbeat(
      settings: settings, database: database, outbox: outbox, leases: leases, ending: ending,
      prepareKey: prepareKey, clock: clock)
    stopping = StopPlaybackSession(
      database: database, leases: leases, ending: ending, prepareKey: prepareKey, clock: clock)
    sweep = SweepLeases(
      settings: settings, database: database, leases: leases, ending: ending, answers: answers,
      prepareKey: prepareKey, clock: clock, logger: logger)
    accounts = AccountsConsumer(
      ending: ending, answers: answers, leases: leases, forgetKey: forgetKey, clock: clock)
  }

  /// After a restart nobody knows when the players were last heard: each open session gets a whole lease.
  package func grantLeasesAnew() throws {
    var last: PlaybackSessionID?
    while true {
      let sessions = try database.read { db in try SessionStore.open(after: last, limit: Self.page, in: db) }
      for session in sessions { leases.renew(session) }
      guard sessions.count == Self.page else { return }
      last = sessions.last
    }
  }
}
