import Contract
import EncodingAPI
import Synchronization

/// Which encoders were heard of, and when: on the monotonic clock, in memory. After a restart of the service those it
/// knew are taken for present until they have had time to call.
final class WorkerRoll: Sendable {
  typealias Instant = ContinuousClock.Instant

  struct Sighting: Sendable {
    var heard: Instant
    var at: Timestamp
    var facts: WorkerFacts
    /// When it was last written down.
    var written: Instant?
  }

  /// One not heard of for longer is not there.
  static let absence: Duration = .seconds(45)
  /// What changes all the time is written down this often.
  static let writingInterval: Duration = .seconds(60)

  private let now: @Sendable () -> Instant
  private let sightings = Mutex<[String: Sighting]>([:])

  init(now: @escaping @Sendable () -> Instant = { ContinuousClock.now }) {
    self.now = now
  }

  /// Notes that `name` asked for a task. Says whether that is to be written down: it is new, can do something else
  /// than before, or was not written down for a while.
  func hear(_ name: String, _ facts: WorkerFacts, at time: Timestamp) -> Bool {
    let moment = now()
    return sightings.withLock { sightings in
      let old = sightings[name]
      var steady = old?.facts
      steady?.freeBytes = facts.freeBytes
      let isDue = steady != facts || (old?.written).map { moment - $0 > Self.writingInterval } ?? true
      sightings[name] = Sighting(heard: moment, at: time, facts: facts, written: isDue ? moment : old?.written)
      return isDue
    }
  }

  /// Notes that `name` is at work.
  func hear(_ name: String, at time: Timestamp) {
    let moment = now()
    sightings.withLock { sightings in
      sightings[name]?.heard = moment
      sightings[name]?.at = time
    }
  }

  /// Known from before a restart.
  func presume(_ name: String, _ facts: WorkerFacts, at time: Timestamp) {
    let moment = now()
    sightings.withLock { if $0[name] == nil { $0[name] = Sighting(heard: moment, at: time, facts: facts) } }
  }

  func forget(_ name: String) {
    sightings.withLock { _ = $0.removeValue(forKey: name) }
  }

  func sighting(_ name: String) -> Sighting? { sightings.withLock { $0[name] } }

  func isPresent(_ name: String) -> Bool { silence(of: name).map { $0 <= Self.absence } ?? false }

  /// Since it was last heard of; nil where it never was.
  func silence(of name: String) -> Duration? {
    let moment = now()
    return sightings.withLock { $0[name].map { moment - $0.heard } }
  }
}
