import Synchronization

/// Until when open leases hold, by token. Measured on the monotonic clock, so no change of the wall clock ends one
/// early; kept in memory, so after a restart of the service each open lease is granted its whole length anew.
final class TaskLeases: Sendable {
  typealias Instant = ContinuousClock.Instant

  let length: Duration
  private let now: @Sendable () -> Instant
  private let expiries = Mutex<[Int: Instant]>([:])

  init(lengthSeconds: Double, now: @escaping @Sendable () -> Instant = { ContinuousClock.now }) {
    length = .seconds(lengthSeconds)
    self.now = now
  }

  var lengthSeconds: Double { length / .seconds(1) }

  /// It holds for its whole length from now.
  func renew(_ token: Int) {
    let expiry = now() + length
    expiries.withLock { $0[token] = expiry }
  }

  func drop(_ token: Int) {
    expiries.withLock { _ = $0.removeValue(forKey: token) }
  }

  /// Those of `open`, all that are open, that were not kept. One that is not known here is from before a restart:
  /// granted anew. What is not open is forgotten.
  func expired(among open: [Int]) -> [Int] {
    let moment = now()
    let kept = Set(open)
    return expiries.withLock { expiries in
      expiries = expiries.filter { kept.contains($0.key) }
      return open.filter { token in
        guard let expiry = expiries[token] else {
          expiries[token] = moment + length
          return false
        }
        return expiry <= moment
      }
    }
  }

  /// Moves every expiry: this process stood still, and no encoder could have been heard meanwhile.
  func postponeAll(by duration: Duration) {
    expiries.withLock { $0 = $0.mapValues { $0 + duration } }
  }
}
