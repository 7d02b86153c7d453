package import Contract
import Synchronization

/// Who is still playing. Leases are measured on the monotonic clock, so no change of the wall clock ends one early;
/// they live in memory, and after a restart every open session is granted a whole lease anew.
package final class StreamLeases: Sendable {
  package typealias Instant = ContinuousClock.Instant

  private let length: Duration
  private let now: @Sendable () -> Instant
  private let expiries = Mutex<[PlaybackSessionID: Instant]>([:])

  package init(
    lengthSeconds: Int, now: @escaping @Sendable () -> Instant = { ContinuousClock.now }
  ) {
    length = .seconds(lengthSeconds)
    self.now = now
  }

  package var count: Int { expiries.withLock { $0.count } }

  /// Grants or prolongs a lease: it lives its whole length from now.
  package func renew(_ session: PlaybackSessionID) {
    let expiry = now() + length
    expiries.withLock { $0[session] = expiry }
  }

  package func drop(_ session: PlaybackSessionID) {
    expiries.withLock { _ = $0.removeValue(forKey: session) }
  }

  /// Whether the session has missed its heartbeats; one without a lease has.
  package func hasExpired(_ session: PlaybackSessionID) -> Bool {
    let moment = now()
    return expiries.withLock { $0[session].map { $0 <= moment } ?? true }
  }

  /// Sessions that have missed their heartbeats, at most `limit`.
  package func expired(limit: Int) -> [PlaybackSessionID] {
    let moment = now()
    return expiries.withLock { expiries in
      var found: [PlaybackSessionID] = []
      for (session, expiry) in expiries where expiry <= moment {
        found.append(session)
        if found.count == limit { break }
      }
      return found
    }
  }

  /// Moves every expiry: this process stood still, and no player could have been heard meanwhile.
  package func postponeAll(by duration: Duration) {
    expiries.withLock { $0 = $0.mapValues { $0 + duration } }
  }
}
