package import Contract
import PlaybackAPI
package import StorageKit

/// The viewer's own end of a session.
package struct StopPlaybackSession: Sendable {
  let database: ServiceDatabase
  let leases: StreamLeases
  let ending: EndPlaybackSession
  let prepareKey: PrepareEventKey
  let clock: WallClock

  package init(
    database: ServiceDatabase, leases: StreamLeases, ending: EndPlaybackSession,
    prepareKey: @escaping PrepareEventKey, clock: WallClock
  ) {
    self.prepareKey = prepareKey
    self.database = database
    self.leases = leases
    self.ending = ending
    self.clock = clock
  }

  /// Stopping what has ended already changes nothing. Where a profile is named, another's session is not there. Throws
  /// ``PlaybackError/sessionNotFound``.
  package func stop(
    _ session: PlaybackSessionID, of account: AccountID, profile: ProfileID? = nil, trace: TraceContext?
  ) async throws {
    await prepareKey(account)
    try await database.write { db in
      guard try SessionStore.running(session, of: account, profile: profile, in: db) != nil else {
        throw PlaybackError.sessionNotFound
      }
      try ending.end(session, because: .stopped, at: clock.now(), trace: trace, in: db)
    }
    leases.drop(session)
  }
}
