import Contract
import Foundation
import TestKit
import Testing

/// Prints what this machine does and judges only that everything arrived: tests share the machine with each other and
/// are not optimised.
@Suite("Speed of events", .serialized)
struct EventSpeedTests {
  @Test("Every event reaches its consumer, one by one and as a backlog; how fast is printed")
  func figures() async throws {
    try await NotesStack.with { stack in
      let numbers = 1000..<1200
      for number in numbers {
        try await stack.add(number)
        try await eventually { Stopwatch.shared.latencies(of: number..<(number + 1)).count == 1 }
      }
      let latencies = Stopwatch.shared.latencies(of: numbers)
      #expect(latencies.count == numbers.count)

      let backlog = 10_000
      let start = ContinuousClock.now
      for round in 0..<10 { try await stack.add(2000 + round * 1000, count: 1000) }
      try await eventually(within: .seconds(300)) { try await stack.effects().count == backlog + numbers.count }
      let seconds =
        Double((ContinuousClock.now - start).components.seconds)
        + Double((ContinuousClock.now - start).components.attoseconds) * 1e-18
      let (middle, high) = (latencies[latencies.count / 2], latencies[latencies.count * 99 / 100])
      FileHandle.standardError.write(
        Data(
          "EventKit: commit to consumer p50 \(middle) ms, p99 \(high) ms; \(Int(Double(backlog) / seconds)) events/s\n"
            .utf8))
    }
  }
}
