import Contract
import Foundation
import Synchronization
import TestKit
import Testing

@testable import AccountsService

private let later = Deadline.after(.seconds(60))

private final class Count: Sendable {
  private let number = Mutex(0)
  var value: Int { number.withLock { $0 } }
  func add() { number.withLock { $0 += 1 } }
}

@Suite struct PasswordThreadsTests {
  @Test("Work runs on the one thread there is and gives its value or its error back")
  func results() async throws {
    let threads = PasswordThreads(count: 1, queueMaximum: 8)
    var identities: Set<UInt> = []
    for _ in 0..<20 { identities.insert(try await threads.run(before: later) { UInt(pthread_self()) }) }
    #expect(identities.count == 1)
    await #expect(throws: AccountsError.wrongCredentials) {
      try await threads.run(before: later) { throw AccountsError.wrongCredentials }
    }
    threads.stop()
  }

  @Test("With all threads busy and the queue full, the next is refused at once, and the waiting are still served")
  func fullQueue() async throws {
    let threads = PasswordThreads(count: 2, queueMaximum: 3)
    let gate = DispatchSemaphore(value: 0)
    let started = Count()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<2 {
        group.addTask {
          try await threads.run(before: later) {
            started.add()
            gate.wait()
            return number
          }
        }
      }
      try await eventually { started.value == 2 }
      for number in 2..<5 { group.addTask { try await threads.run(before: later) { number } } }
      try await eventually { threads.waiting == 3 }
      await #expect(throws: AccountsError.passwordQueueFull) { try await threads.run(before: later) { 9 } }
      gate.signal()
      gate.signal()
      var seen: Set<Int> = []
      for try await number in group { seen.insert(number) }
      #expect(seen == [0, 1, 2, 3, 4])
    }
    threads.stop()
  }

  @Test("What has waited past its deadline is not worked on")
  func deadline() async throws {
    let threads = PasswordThreads(count: 1, queueMaximum: 3)
    let runs = Count()
    await #expect(throws: AccountsError.deadlinePassed) {
      try await threads.run(before: .after(.seconds(-1))) { runs.add() }
    }
    #expect(runs.value == 0)
    threads.stop()
  }

  @Test("After a stop what was queued is done and nothing more is taken")
  func stopping() async throws {
    let threads = PasswordThreads(count: 1, queueMaximum: 3)
    #expect(try await threads.run(before: later) { 1 } == 1)
    threads.stop()
    await #expect(throws: AccountsError.passwordQueueFull) { try await threads.run(before: later) { 2 } }
  }
}
