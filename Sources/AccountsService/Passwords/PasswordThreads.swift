import Contract
import Foundation
import Synchronization

/// A few threads that hash passwords and do nothing else, and a short queue before them.
///
/// One hash holds a core for tens of milliseconds: on Swift's pool a handful of log-ins would stop every other
/// request, and a flood would queue until its clients have long gone.
final class PasswordThreads: Sendable {
  private struct Job: Sendable {
    let deadline: Deadline
    let run: @Sendable () -> Void
    let refuse: @Sendable (AccountsError) -> Void
  }

  /// What threads and callers share; the threads keep it alive, not its owner.
  private final class Queue: Sendable {
    let jobs = Mutex<[Job]>([])
    let isStopped = Mutex(false)
    let signal = DispatchSemaphore(value: 0)

    func work() {
      while true {
        signal.wait()
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let job else {
          if isStopped.withLock({ $0 }) { return }
          continue
        }
        if job.deadline.hasPassed { job.refuse(.deadlinePassed) } else { job.run() }
      }
    }
  }

  private let queue = Queue()
  private let threadCount: Int
  private let queueMaximum: Int

  init(count: Int, queueMaximum: Int) {
    threadCount = count
    self.queueMaximum = queueMaximum
    for number in 1...count {
      let thread = Thread { [queue] in
        Thread.current.name = "password-\(number)"
        queue.work()
      }
      thread.stackSize = 512 * 1024
      thread.start()
    }
  }

  deinit {
    stop()
  }

  /// How many wait now.
  var waiting: Int { queue.jobs.withLock { $0.count } }

  /// Runs `body` on one of the threads. Throws ``AccountsError/passwordQueueFull`` at once where too many wait, and
  /// ``AccountsError/deadlinePassed`` where its turn comes too late to be of use.
  func run<Value: Sendable>(
    before deadline: Deadline, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let job = Job(
        deadline: deadline,
        run: { continuation.resume(with: Result { try body() }) },
        refuse: { continuation.resume(throwing: $0) })
      let isAccepted = queue.jobs.withLock { jobs in
        guard jobs.count < queueMaximum, !queue.isStopped.withLock({ $0 }) else { return false }
        jobs.append(job)
        return true
      }
      if isAccepted { queue.signal.signal() } else { job.refuse(.passwordQueueFull) }
    }
  }

  /// What is queued is still done; then the threads end.
  func stop() {
    let wasStopped = queue.isStopped.withLock { isStopped in
      defer { isStopped = true }
      return isStopped
    }
    if !wasStopped { for _ in 0..<threadCount { queue.signal.signal() } }
  }
}
