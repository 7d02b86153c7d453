import Contract
import Synchronization

/// A neighbour that answers from memory, and can be made to fail or to wait.
final class StubUpstream: Transport, Sendable {
  private struct State {
    var answer: (@Sendable (TransportRequest) throws -> TransportResponse)?
    var calls = 0
    var held: Task<Void, Never>?
  }

  private let state = Mutex(State())

  var calls: Int { state.withLock { $0.calls } }

  func answer(_ body: @escaping @Sendable (TransportRequest) throws -> some Encodable) {
    state.withLock {
      $0.answer = { TransportResponse(status: 200, body: try JSON.encode(try body($0))) }
    }
  }

  /// Lets calls wait until the returned closure is called.
  func hold() -> @Sendable () -> Void {
    let (open, release) = AsyncStream<Void>.makeStream()
    let held = Task { for await _ in open {} }
    state.withLock { $0.held = held }
    return { release.finish() }
  }

  func fail() {
    state.withLock { $0.answer = nil }
  }

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    let (answer, held) = state.withLock { state in
      state.calls += 1
      return (state.answer, state.held)
    }
    await held?.value
    guard let answer else { throw TransportError.unreachable(upstream: "stub", reason: "stopped") }
    return try answer(request)
  }
}
