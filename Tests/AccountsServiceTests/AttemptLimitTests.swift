import Contract
import Synchronization
import TestKit
import Testing

@testable import AccountsService

private let later = Deadline.after(.seconds(60))

private final class Tally: Sendable {
  private let number = Mutex(0)
  var count: Int { number.withLock { $0 } }
  func add() { number.withLock { $0 += 1 } }
}

@Suite struct AttemptLimitTests {
  private let time = MovableTime()

  private func limit(_ free: Int = 3, capacity: Int = 1000) -> AttemptLimit {
    AttemptLimit(
      .init(name: "tries", free: free, firstDelaySeconds: 10, longestDelaySeconds: 60, forgivenSeconds: 100),
      clock: frozen, capacity: capacity)
  }

  /// Stands still but for what the test moves.
  private var frozen: WallClock {
    let start = WallClock.system.now()
    let moved = time.clock
    return WallClock {
      start.adding(seconds: (moved.now().seconds(since: WallClock.system.now()) * 10).rounded() / 10)
    }
  }

  /// Whether a wrong try was let through, or else after how many seconds it may be.
  private func wrong(_ limit: AttemptLimit, _ key: String = "vera") async throws -> Int? {
    do {
      let value: Int? = try await limit.attempt(key, before: later) { nil }
      #expect(value == nil)
      return nil
    } catch AccountsError.tooManyAttempts(let limit) {
      #expect(limit.name == "tries")
      #expect(limit.quota == 3)
      return limit.resetSeconds
    }
  }

  @Test("After the free tries each one waits longer than the one before, up to the longest wait")
  func growing() async throws {
    let limit = limit()
    for _ in 0..<3 { #expect(try await wrong(limit) == nil) }
    var waits: [Int] = []
    for _ in 0..<6 {
      let seconds = try #require(try await wrong(limit))
      waits.append(seconds)
      time.advance(seconds: Double(seconds))
      #expect(try await wrong(limit) == nil)
    }
    #expect(waits.first == 10)
    #expect(waits.last == 60)
    #expect(waits == waits.sorted())
    #expect(try await wrong(limit, "otto") == nil)
  }

  @Test("Tries are forgiven one by one")
  func forgiving() async throws {
    let limit = limit()
    for _ in 0..<3 { #expect(try await wrong(limit) == nil) }
    time.advance(seconds: 200)
    for _ in 0..<2 { #expect(try await wrong(limit) == nil) }
    #expect(try await wrong(limit) == 10)
  }

  @Test("What turns out right is not counted, and does not wipe out what was wrong")
  func right() async throws {
    let limit = limit()
    for _ in 0..<2 { #expect(try await wrong(limit) == nil) }
    for _ in 0..<10 { #expect(try await limit.attempt("vera", before: later) { 1 } == 1) }
    #expect(try await wrong(limit) == nil)
    #expect(try await wrong(limit) == 10)
    await #expect(throws: AccountsError.self) { _ = try await limit.attempt("vera", before: later) { 1 } }
  }

  @Test("What could not be tried at all is not counted")
  func untried() async throws {
    let limit = limit()
    for _ in 0..<10 {
      await #expect(throws: AccountsError.passwordQueueFull) {
        _ = try await limit.attempt("vera", before: later) { () throws -> Int? in
          throw AccountsError.passwordQueueFull
        }
      }
    }
    for _ in 0..<3 { #expect(try await wrong(limit) == nil) }
  }

  @Test("Of fifty right tries at once all get in, and of fifty wrong ones as many as one after the other")
  func atOnce() async throws {
    let limit = limit()
    for (isRight, expected) in [(true, 50), (false, 3)] {
      let tried = Tally()
      let letIn = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<50 {
          group.addTask {
            let value: Int?? = try? await limit.attempt("vera", before: later) {
              tried.add()
              try await Task.sleep(for: .milliseconds(1))
              return isRight ? 1 : nil
            }
            return value.flatMap { $0 } != nil
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(tried.count == expected)
      #expect(letIn == (isRight ? 50 : 0))
    }
  }

  @Test("What is limited as such is counted, right or wrong")
  func spending() throws {
    let limit = limit()
    for _ in 0..<3 { try limit.spend("vera") }
    #expect(throws: AccountsError.self) { try limit.spend("vera") }
    try limit.spend("otto")
    time.advance(seconds: 10)
    try limit.spend("vera")
  }

  @Test("A clock that is set back makes nobody wait for longer than the longest wait")
  func clockSetBack() async throws {
    let limit = limit()
    for _ in 0..<3 { #expect(try await wrong(limit) == nil) }
    time.advance(seconds: -7200)
    #expect(try #require(try await wrong(limit)) <= 60)
  }

  @Test("However many keys come, no more are kept than there is room for")
  func bounded() throws {
    let limit = limit(1, capacity: 100)
    for number in 0..<10_000 { try limit.spend("key-\(number)") }
    // The latest are remembered, the earliest forgotten.
    #expect(throws: AccountsError.self) { try limit.spend("key-9999") }
    try limit.spend("key-0")
  }
}
