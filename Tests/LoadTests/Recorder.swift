import Histogram
import Synchronization

/// What was seen: a latency histogram and an error count per step, bytes, and how late the generator itself was.
final class Recorder: Sendable {
  struct Step: Sendable {
    /// Microseconds from the moment the step was due.
    var latency = Histogram<UInt32>(highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: .three)
    var errors: [String: Int] = [:]
    var bytes = 0
  }

  struct State: Sendable {
    var steps: [String: Step] = [:]
    var begun = 0
    var refused = 0
    /// Microseconds between a journey's due time and its real beginning: the generator's own fault.
    var lateness = Histogram<UInt32>(highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: .three)
  }

  private let state = Mutex(State())

  var current: State { state.withLock { $0 } }

  func begun(late: Duration) {
    state.withLock {
      $0.begun += 1
      $0.lateness.record(late.microseconds)
    }
  }

  func refused() {
    state.withLock { $0.refused += 1 }
  }

  func record(_ step: String, _ latency: Duration, bytes: Int) {
    state.withLock {
      $0.steps[step, default: Step()].latency.record(latency.microseconds)
      $0.steps[step, default: Step()].bytes += bytes
    }
  }

  func fail(_ step: String, _ reason: String) {
    state.withLock { $0.steps[step, default: Step()].errors[reason, default: 0] += 1 }
  }
}

extension Duration {
  fileprivate var microseconds: UInt64 {
    UInt64(max(0, components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000))
  }
}
