import Contract
import Foundation
import Synchronization

/// Begins journeys at the times they are due, whether or not earlier ones have come back: a slow server meets the
/// same arrivals as a fast one, and every latency counts from the due time (no coordinated omission).
struct OpenLoop: Sendable {
  let rate: Double
  let seconds: Double
  let inFlightLimit: Int

  /// Exponential gaps make arrivals as bunched as independent viewers are.
  func run(
    recorder: Recorder, seed: UInt64, journey: @escaping @Sendable (Int, ContinuousClock.Instant) async -> Void
  ) async {
    let inFlight = Counter()
    var random = SeededRandom(seed: seed)
    let start = ContinuousClock.now
    var due = start
    await withDiscardingTaskGroup { group in
      var index = 0
      while true {
        let gap = -log(1 - Double.random(in: 0..<1, using: &random)) / rate
        due += .seconds(gap)
        guard due - start < .seconds(seconds) else { return }
        let dueNow = due
        if ContinuousClock.now < dueNow { try? await Task.sleep(until: dueNow, tolerance: .zero, clock: .continuous) }
        guard inFlight.value < inFlightLimit else {
          recorder.refused()
          continue
        }
        inFlight.add(1)
        recorder.begun(late: ContinuousClock.now - dueNow)
        let number = index
        index += 1
        group.addTask {
          await journey(number, dueNow)
          inFlight.add(-1)
        }
      }
    }
  }
}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  func add(_ change: Int) { count.wrappingAdd(change, ordering: .relaxed) }
}
