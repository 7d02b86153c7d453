import ClientKit
import Contract
import TestKit
import Testing

@Suite("SingleFlight")
struct SingleFlightTests {
  private struct Crash: Error, Equatable {}

  @Test("A thousand who ask for one key at once cause one call and all get its outcome")
  func oneCall() async throws {
    let flights = SingleFlight<String, Int>(upstream: "test")
    let calls = Counter()
    let values = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<1000 {
        group.addTask {
          try await flights.value(for: "key", within: .after(.seconds(60))) { _ in
            // Stays in the air until everyone has joined.
            try await eventually { flights.waitingCount == 1000 }
            return calls.add()
          }
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(calls.value == 1)
    #expect(values == [Int](repeating: 1, count: 1000))
    #expect(flights.count == 0)
  }

  @Test("Other keys, and the same key after landing, fly on their own")
  func apart() async throws {
    let flights = SingleFlight<String, String>(upstream: "test")
    let calls = Counter()
    for key in ["a", "b", "a"] {
      let value = try await flights.value(for: key, within: .after(.seconds(60))) { _ in "\(key)\(calls.add())" }
      #expect(value == "\(key)\(calls.value)")
    }
    #expect(calls.value == 3)
  }

  @Test("A failure reaches everyone in the flight, and the next asker tries anew")
  func failure() async throws {
    let flights = SingleFlight<Int, Int>(upstream: "test")
    await #expect(throws: Crash()) {
      try await flights.value(for: 1, within: .after(.seconds(60))) { _ in throw Crash() }
    }
    let value = try await flights.value(for: 1, within: .after(.seconds(60))) { _ in 2 }
    #expect(value == 2)
  }

  @Test("Each waits until its own deadline, and one who leaves does not end the flight for the others")
  func ownDeadlines() async throws {
    let flights = SingleFlight<Int, Int>(upstream: "test")
    let released = Flag()
    let operation: @Sendable (Deadline) async throws -> Int = { _ in
      try await eventually { released.isRaised }
      return 5
    }
    // The impatient one comes first, so that the flight is its own; the others have joined long before it leaves.
    let impatient = Task { try await flights.value(for: 1, within: .after(.seconds(3)), operation) }
    try await eventually { flights.count == 1 }
    let cancelled = Task { try await flights.value(for: 1, within: .after(.seconds(60)), operation) }
    let patient = Task { try await flights.value(for: 1, within: .after(.seconds(60)), operation) }
    try await eventually { flights.waitingCount == 3 }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    await #expect(throws: TransportError.deadlinePassed(upstream: "test")) { try await impatient.value }
    #expect(flights.count == 1 && flights.waitingCount == 1)
    released.raise()
    let value = try await patient.value
    #expect(value == 5)
  }

  @Test("A flight has its own time, so that a late joiner is not bound by the first asker's hurry")
  func flightTime() async throws {
    let flights = SingleFlight<Int, Duration>(upstream: "test", flightTime: .seconds(90))
    let left = try await flights.value(for: 1, within: .after(.seconds(30))) { $0.remaining }
    #expect(left > .seconds(31) && left <= .seconds(90))
    let longer = try await flights.value(for: 1, within: .after(.seconds(180))) { $0.remaining }
    #expect(longer > .seconds(91))
  }

  @Test("When the last has left the flight is cancelled")
  func lastLeaves() async throws {
    let flights = SingleFlight<Int, Int>(upstream: "test")
    let wasCancelled = Counter()
    let isUp = Counter()
    let tasks = (0..<3).map { _ in
      Task {
        try await flights.value(for: 1, within: .after(.seconds(60))) { _ in
          isUp.add()
          do { try await Task.sleep(for: .seconds(600)) } catch {
            wasCancelled.add()
            throw error
          }
          return 1
        }
      }
    }
    try await eventually { isUp.value == 1 }
    try await eventually { flights.waitingCount == 3 }
    for task in tasks { task.cancel() }
    for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
    try await eventually { wasCancelled.value == 1 }
    #expect(flights.count == 0)
  }
}
