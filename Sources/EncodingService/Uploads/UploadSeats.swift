import Contract
import Synchronization

/// One at a time writes to an upload. Who comes later is nearly always the same sender, whose earlier connection broke
/// without our having heard of it: so the earlier one is told to stop, and waited for until what it brought is safe.
final class UploadSeats: Sendable {
  private struct Seat {
    var number: Int
    var stop: @Sendable () -> Void
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private struct State {
    var seats: [UploadID: Seat] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  /// Runs `work` when nobody else is at the upload; it is cancelled when the next one comes.
  func alone<Value: Sendable>(
    with upload: UploadID, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    while true {
      if let task = take(upload, work) {
        return try await withTaskCancellationHandler {
          try await task.value
        } onCancel: {
          task.cancel()
        }
      }
      await withCheckedContinuation { wait(for: upload, $0) }
      try Task.checkCancellation()
    }
  }

  private func take<Value: Sendable>(
    _ upload: UploadID, _ work: @escaping @Sendable () async throws -> Value
  ) -> Task<Value, any Error>? {
    state.withLock { state in
      guard state.seats[upload] == nil else { return nil }
      state.next += 1
      let number = state.next
      let task = Task {
        defer { leave(upload, number) }
        return try await work()
      }
      state.seats[upload] = Seat(number: number, stop: { task.cancel() })
      return task
    }
  }

  private func leave(_ upload: UploadID, _ number: Int) {
    let waiting = state.withLock { state in
      state.seats[upload]?.number == number ? state.seats.removeValue(forKey: upload)?.waiting ?? [] : []
    }
    waiting.forEach { $0.resume() }
  }

  private func wait(for upload: UploadID, _ continuation: CheckedContinuation<Void, Never>) {
    let stop = state.withLock { state -> (@Sendable () -> Void)? in
      state.seats[upload]?.waiting.append(continuation)
      return state.seats[upload]?.stop
    }
    // Gone meanwhile: look again at once.
    guard let stop else { return continuation.resume() }
    stop()
  }
}
