import ClientKit
import Contract
import TestKit
import Testing

@Suite("ConcurrencyLimit")
struct ConcurrencyLimitTests {
  /// Suspends its callers until it is opened.
  private actor Door {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    func pass() async {
      if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }
    func open() {
      isOpen = true
      for waiter in waiting { waiter.resume() }
      waiting = []
    }
  }

  @Test("A thousand callers at once are never more than the limit inside, and all get their turn")
  func bound() async throws {
    let limit = ConcurrencyLimit(upstream: "test", limit: 7, queueLimit: 1000)
    let inside = Counter()
    let most = Peak()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<1000 {
        group.addTask {
          try await limit.run(within: .after(.seconds(60))) {
            most.note(inside.add())
            await Task.yield()
            inside.add(-1)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(most.value == 7)
    #expect(limit.activeCount == 0 && limit.waitingCount == 0)
  }

  @Test("Callers beyond the queue are refused at once")
  func fullQueue() async throws {
    let limit = ConcurrencyLimit(upstream: "test", limit: 1, queueLimit: 2)
    let door = Door()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { try await limit.run(within: .after(.seconds(60))) { await door.pass() } } }
      try await eventually { limit.activeCount == 1 && limit.waitingCount == 2 }
      await #expect(throws: TransportError.refused(upstream: "test", reason: "its queue is full")) {
        try await limit.run(within: .after(.seconds(60))) {}
      }
      await door.open()
      try await group.waitForAll()
    }
  }

  @Test("One who waits gives up at the deadline, or when cancelled, and leaves no hole")
  func givesUp() async throws {
    let limit = ConcurrencyLimit(upstream: "test", limit: 1, queueLimit: 10)
    let door = Door()
    let holder = Task { try await limit.run(within: .after(.seconds(60))) { await door.pass() } }
    try await eventually { limit.activeCount == 1 }
    await #expect(throws: TransportError.deadlinePassed(upstream: "test")) {
      try await limit.run(within: .after(.milliseconds(30))) { Issue.record("started after its deadline") }
    }
    let cancelled = Task {
      try await limit.run(within: .after(.seconds(60))) { Issue.record("started after its cancellation") }
    }
    try await eventually { limit.waitingCount == 1 }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    #expect(limit.waitingCount == 0)
    let patient = Task { try await limit.run(within: .after(.seconds(60))) { 7 } }
    try await eventually { limit.waitingCount == 1 }
    await door.open()
    try await holder.value
    let value = try await patient.value
    #expect(value == 7)
    #expect(limit.activeCount == 0)
  }

  @Test("A call that comes after its deadline is not started")
  func deadOnArrival() async throws {
    let limit = ConcurrencyLimit(upstream: "test", limit: 1, queueLimit: 1)
    await #expect(throws: TransportError.deadlinePassed(upstream: "test")) {
      try await limit.run(within: .after(.zero)) { Issue.record("started") }
    }
    #expect(limit.activeCount == 0)
  }

  @Test("Cancellations and deadlines at random moments lose no place")
  func storm() async throws {
    let limit = ConcurrencyLimit(upstream: "test", limit: 3, queueLimit: 500)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<600 {
        group.addTask {
          let task = Task {
            try await limit.run(within: .after(.microseconds(200 * (number % 40)))) { await Task.yield() }
          }
          if number.isMultiple(of: 3) {
            for _ in 0..<(number % 11) { await Task.yield() }
            task.cancel()
          }
          _ = try? await task.value
        }
      }
    }
    #expect(limit.activeCount == 0 && limit.waitingCount == 0)
  }
}
