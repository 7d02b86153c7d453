import Foundation

/// Times of one thing done many times, in milliseconds.
struct Latencies: Sendable {
  private let sorted: [Double]

  init(_ milliseconds: [Double]) { sorted = milliseconds.sorted() }

  func quantile(_ share: Double) -> Double {
    sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }

  /// `p50 1.2, p99 3.4 ms`
  var text: String {
    "p50 \(Self.text(quantile(0.5))), p99 \(Self.text(quantile(0.99))) ms (\(sorted.count) times)"
  }

  static func text(_ value: Double) -> String {
    value.formatted(.number.precision(.fractionLength(1)).grouping(.never))
  }

  /// Calls `body` `count` times by `concurrency` at once, each with its number.
  static func of(
    _ count: Int, atOnce concurrency: Int, _ body: @escaping @Sendable (Int) async throws -> Void
  ) async throws -> Latencies {
    let times = try await withThrowingTaskGroup(of: [Double].self) { group in
      for worker in 0..<concurrency {
        group.addTask {
          var times: [Double] = []
          for number in stride(from: worker, to: count, by: concurrency) {
            let begin = ContinuousClock.now
            try await body(number)
            times.append((.now - begin) / .milliseconds(1))
          }
          return times
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    return Latencies(times)
  }
}
