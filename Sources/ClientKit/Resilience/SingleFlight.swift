package import Contract
import Synchronization

/// One call for all who want the same at the same time.
///
/// The first asker starts the flight, the others join it. Each waits until its own deadline; one who gives up or is
/// cancelled leaves the others in it, and the last to leave cancels it. Nothing is kept after landing.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Flight {
    let number: Int
    var task: Task<Void, Never>?
    var waiting = WaitList<Value>()
  }

  private struct State {
    var flights: [Key: Flight] = [:]
    var nextNumber = 0
  }

  private let upstream: String
  private let flightTime: Duration
  private let state = Mutex(State())

  /// - Parameters:
  ///   - upstream: Names the flight's destination in errors.
  ///   - flightTime: A flight has at least this long, even where its first asker has less; later askers may have more.
  package init(upstream: String, flightTime: Duration = .seconds(2)) {
    self.upstream = upstream
    self.flightTime = flightTime
  }

  /// Flights in the air.
  package var count: Int { state.withLock { $0.flights.count } }

  /// Those in them.
  package var waitingCount: Int { state.withLock { $0.flights.values.reduce(0) { $0 + $1.waiting.count } } }

  /// The outcome of the flight for `key`, whose deadline `operation` is given. Throws what it throws,
  /// ``TransportError/deadlinePassed(upstream:)`` at `deadline`, `CancellationError` where the task is cancelled.
  package func value(
    for key: Key, within deadline: Deadline, _ operation: @escaping @Sendable (Deadline) async throws -> Value
  ) async throws -> Value {
    guard !deadline.hasPassed else { throw TransportError.deadlinePassed(upstream: upstream) }
    let ticket = Ticket()
    let alarm = Task {
      try await Task.sleep(until: deadline.instant, clock: .continuous)
      leave(key, ticket, TransportError.deadlinePassed(upstream: upstream))
    }
    defer { alarm.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter in
        board(key, ticket, waiter, deadline, operation)
      }
    } onCancel: {
      leave(key, ticket, CancellationError())
    }
  }

  /// Where a waiter sits, once it does.
  private final class Ticket: Sendable {
    let seat = Mutex<(flight: Int, number: Int)?>(nil)
  }

  private func board(
    _ key: Key, _ ticket: Ticket, _ waiter: CheckedContinuation<Value, any Error>, _ deadline: Deadline,
    _ operation: @escaping @Sendable (Deadline) async throws -> Value
  ) {
    let refusal = state.withLock { state -> (any Error)? in
      // Under the lock, so that a cancellation or the alarm comes either before, or finds the waiter.
      if Task.isCancelled { return CancellationError() }
      if deadline.hasPassed { return TransportError.deadlinePassed(upstream: upstream) }
      if state.flights[key] == nil {
        state.nextNumber += 1
        let number = state.nextNumber
        let flightDeadline = max(deadline.instant, .now + flightTime)
        state.flights[key] = Flight(number: number)
        state.flights[key]?.task = Task {
          let result: Result<Value, any Error>
          do { result = .success(try await operation(Deadline(flightDeadline))) } catch { result = .failure(error) }
          land(key, number, result)
        }
      }
      if let flight = state.flights[key]?.number, let number = state.flights[key]?.waiting.makeTicket() {
        state.flights[key]?.waiting.add(waiter, ticket: number)
        ticket.seat.withLock { $0 = (flight, number) }
      }
      return nil
    }
    if let refusal { waiter.resume(throwing: refusal) }
  }

  private func leave(_ key: Key, _ ticket: Ticket, _ error: any Error) {
    let (waiter, abandoned) = state.withLock { state -> (CheckedContinuation<Value, any Error>?, Task<Void, Never>?) in
      guard let seat = ticket.seat.withLock({ $0 }), state.flights[key]?.number == seat.flight,
        let waiter = state.flights[key]?.waiting.remove(seat.number)
      else { return (nil, nil) }
      guard state.flights[key]?.waiting.isEmpty == true else { return (waiter, nil) }
      // Nobody wants it any more; who comes now starts a new one.
      return (waiter, state.flights.removeValue(forKey: key)?.task)
    }
    abandoned?.cancel()
    waiter?.resume(throwing: error)
  }

  private func land(_ key: Key, _ number: Int, _ result: Result<Value, any Error>) {
    let waiters = state.withLock { state -> [CheckedContinuation<Value, any Error>] in
      guard state.flights[key]?.number == number else { return [] }
      var flight = state.flights.removeValue(forKey: key)
      return flight?.waiting.takeAll() ?? []
    }
    for waiter in waiters { waiter.resume(with: result) }
  }
}
