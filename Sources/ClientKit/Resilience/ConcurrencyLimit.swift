package import Contract
import Synchronization

/// At most so many calls to an upstream at once; some more wait in order, the rest are refused at once.
///
/// A static limit of peak rate × tolerable latency (Little's law) is what keeps goodput when an upstream slows down:
/// retries and unbounded queues do the opposite. No call starts after its deadline.
package final class ConcurrencyLimit: Sendable {
  private struct State {
    var active = 0
    var waiting = WaitList<Void>()
  }

  /// Calls at once.
  package let limit: Int
  /// Calls that may wait.
  package let queueLimit: Int
  private let upstream: String
  private let state = Mutex(State())

  /// `upstream` names the limit in errors.
  package init(upstream: String, limit: Int, queueLimit: Int) {
    precondition(limit > 0 && queueLimit >= 0, "a limit is at least 1, a queue at least 0")
    self.upstream = upstream
    self.limit = limit
    self.queueLimit = queueLimit
  }

  package var activeCount: Int { state.withLock { $0.active } }
  package var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Runs `body` when it is its turn. Throws ``TransportError/refused(upstream:reason:)`` where the queue is full,
  /// `deadlinePassed` where its turn does not come in time, `CancellationError` where the task is cancelled first.
  package func run<Value: Sendable>(
    within deadline: Deadline, _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    try await acquire(deadline)
    defer { release() }
    guard !deadline.hasPassed else { throw TransportError.deadlinePassed(upstream: upstream) }
    return try await body()
  }

  private func acquire(_ deadline: Deadline) async throws {
    try Task.checkCancellation()
    let ticket = try state.withLock { state throws(TransportError) -> Int? in
      if deadline.hasPassed { throw .deadlinePassed(upstream: upstream) }
      if state.active < limit {
        state.active += 1
        return nil
      }
      guard state.waiting.count < queueLimit else {
        throw .refused(upstream: upstream, reason: "its queue is full")
      }
      return state.waiting.makeTicket()
    }
    if let ticket { try await wait(ticket, until: deadline) }
  }

  private func wait(_ ticket: Int, until deadline: Deadline) async throws {
    let alarm = Task {
      try await Task.sleep(until: deadline.instant, clock: .continuous)
      giveUp(ticket, TransportError.deadlinePassed(upstream: upstream))
    }
    defer { alarm.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        let outcome = state.withLock { state -> Result<Void, any Error>? in
          // Looked at under the lock, so that a cancellation comes either before, or finds the waiter.
          if Task.isCancelled { return .failure(CancellationError()) }
          if deadline.hasPassed { return .failure(TransportError.deadlinePassed(upstream: upstream)) }
          if state.active < limit {
            state.active += 1
            return .success(())
          }
          guard state.waiting.count < queueLimit else {
            return .failure(TransportError.refused(upstream: upstream, reason: "its queue is full"))
          }
          state.waiting.add(waiter, ticket: ticket)
          return nil
        }
        if let outcome { waiter.resume(with: outcome) }
      }
    } onCancel: {
      giveUp(ticket, CancellationError())
    }
  }

  private func giveUp(_ ticket: Int, _ error: any Error) {
    state.withLock { $0.waiting.remove(ticket) }?.resume(throwing: error)
  }

  /// Hands the place to the first who waits.
  private func release() {
    let next = state.withLock { state in
      let next = state.waiting.popFirst()
      if next == nil { state.active -= 1 }
      return next
    }
    next?.resume()
  }
}
