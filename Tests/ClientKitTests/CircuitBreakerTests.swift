import ClientKit
import Contract
import Testing

@Suite("CircuitBreaker")
struct CircuitBreakerTests {
  private let time = HandClock()

  private func call(_ breaker: CircuitBreaker, _ outcomes: CircuitBreaker.Outcome...) throws {
    for outcome in outcomes { breaker.record(outcome, of: try #require(breaker.admit())) }
  }

  private func opened() throws -> CircuitBreaker {
    let breaker = CircuitBreaker(clock: time.clock)
    for _ in 0..<20 { try call(breaker, .failure) }
    return breaker
  }

  @Test("It opens when half of twenty calls have failed, not before the twentieth")
  func opens() throws {
    let breaker = CircuitBreaker(clock: time.clock)
    for _ in 0..<9 { try call(breaker, .success, .failure) }
    try call(breaker, .success)
    #expect(breaker.status == .closed)
    try call(breaker, .failure)
    #expect(breaker.status == .open)
    #expect(breaker.admit() == nil)
  }

  @Test("Less than half failing leaves it closed, however many calls there are")
  func staysClosed() throws {
    let breaker = CircuitBreaker(clock: time.clock)
    for _ in 0..<500 { try call(breaker, .success, .success, .failure) }
    #expect(breaker.status == .closed)
  }

  @Test("Failures older than the window are forgotten")
  func window() throws {
    let breaker = CircuitBreaker(clock: time.clock)
    for _ in 0..<19 { try call(breaker, .failure) }
    time.advance(by: .seconds(11))
    for _ in 0..<19 { try call(breaker, .failure) }
    #expect(breaker.status == .closed)
    time.advance(by: .seconds(5))
    try call(breaker, .failure)
    #expect(breaker.status == .open)
  }

  @Test("After five seconds it lets three probes through and closes when all have succeeded")
  func recovers() throws {
    let breaker = try opened()
    time.advance(by: .milliseconds(4999))
    #expect(breaker.admit() == nil)
    time.advance(by: .milliseconds(1))
    let probes = try (0..<3).map { _ in try #require(breaker.admit()) }
    #expect(breaker.admit() == nil)
    for probe in probes {
      #expect(breaker.status == .probing)
      breaker.record(.success, of: probe)
    }
    #expect(breaker.status == .closed)
    // The failures of before are forgotten.
    try call(breaker, .failure)
    #expect(breaker.status == .closed)
  }

  @Test("One failed probe opens it for another five seconds")
  func failsAgain() throws {
    let breaker = try opened()
    time.advance(by: .seconds(5))
    let first = try #require(breaker.admit())
    let second = try #require(breaker.admit())
    breaker.record(.failure, of: first)
    breaker.record(.success, of: second)
    #expect(breaker.status == .open)
    time.advance(by: .seconds(4))
    #expect(breaker.admit() == nil)
    time.advance(by: .seconds(1))
    #expect(breaker.admit() != nil)
  }

  @Test("A probe that says nothing gives its place back")
  func unknownProbe() throws {
    let breaker = try opened()
    time.advance(by: .seconds(5))
    for _ in 0..<10 { try call(breaker, .unknown) }
    try call(breaker, .success, .success, .success)
    #expect(breaker.status == .closed)
  }

  @Test("A call from before the opening does not count as a probe")
  func lateOutcome() throws {
    let breaker = CircuitBreaker(clock: time.clock)
    let late = try (0..<5).map { _ in try #require(breaker.admit()) }
    for _ in 0..<20 { try call(breaker, .failure) }
    time.advance(by: .seconds(5))
    let probe = try #require(breaker.admit())
    for permit in late { breaker.record(.failure, of: permit) }
    #expect(breaker.status == .probing)
    breaker.record(.success, of: probe)
    try call(breaker, .success, .success)
    #expect(breaker.status == .closed)
  }
}

@Suite("RetryBudget")
struct RetryBudgetTests {
  @Test("There is never more than one repeat for ten calls")
  func share() {
    let budget = RetryBudget()
    var repeats = 0
    for calls in 1...1000 {
      budget.deposit()
      if budget.withdraw() { repeats += 1 }
      #expect(repeats <= calls / 10)
    }
    #expect(repeats == 100)
  }

  @Test("What is saved up for a burst is bounded")
  func bound() {
    let budget = RetryBudget(share: 0.1, limit: 5)
    for _ in 0..<1000 { budget.deposit() }
    #expect((0..<100).count { _ in budget.withdraw() } == 5)
  }
}
