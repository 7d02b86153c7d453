import Synchronization
import TestKit

/// Keeps `concurrency` requests in flight for a while: what a stack can do, and what each request costs it.
struct ClosedLoop: Sendable {
  let concurrency: Int
  let seconds: Double

  struct Result: Sendable {
    var requests: Int
    var failures: Int
    var seconds: Double
    /// CPU microseconds per request of each process.
    var microseconds: [(process: String, value: Double)]

    var perSecond: Double { Double(requests) / seconds }
    var totalMicroseconds: Double { microseconds.map(\.value).reduce(0, +) }
  }

  /// `call` answers whether the request succeeded; it gets the number of its worker.
  func run(_ pids: [String: Int], _ call: @escaping @Sendable (Int) async throws -> Bool) async -> Result {
    let requests = Counter()
    let failures = Counter()
    let before = pids.compactMapValues { ProcessUsage(pid: $0)?.cpuSeconds }
    let begun = ContinuousClock.now
    let end = begun + .seconds(seconds)
    await withDiscardingTaskGroup { group in
      for worker in 0..<concurrency {
        group.addTask {
          while ContinuousClock.now < end {
            let isGood = (try? await call(worker)) ?? false
            (isGood ? requests : failures).increment()
          }
        }
      }
    }
    let elapsed = ContinuousClock.now - begun
    let count = max(1, requests.value + failures.value)
    let costs = pids.keys.sorted().map { name in
      let after = pids[name].flatMap { ProcessUsage(pid: $0)?.cpuSeconds } ?? 0
      return (process: name, value: (after - (before[name] ?? 0)) * 1e6 / Double(count))
    }
    return Result(
      requests: requests.value, failures: failures.value,
      seconds: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18,
      microseconds: costs)
  }
}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  func increment() { count.wrappingAdd(1, ordering: .relaxed) }
}
