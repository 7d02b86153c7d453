import Contract
import Synchronization

/// A neighbour that answers from memory, and can be made to fail or to wait.
final class StubUpstream: Transport, Sendable {
  private struct State {
    var answer: (@Sendable (TransportRequest) throws -> TransportResponse)?
    var calls = 0
  }

  private let state = Mutex(State())

  var calls: Int { state.withLock { $0.calls } }

  func answer(_ body: @escaping @Sendable (TransportRequest) throws -> some Encodable) {
    state.withLock {
      $0.answer = { TransportResponse(status: 200, body: try JSON.encode(try body($0))) }
    }
  }

  func fail() {
    state.withLock { $0.answer = nil }
  }

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    let answer = state.withLock { state in
      state.calls += 1
      return state.answer
    }
    guard let answer else { throw TransportError.unreachable(upstream: "stub", reason: "stopped") }
    return try answer(request)
  }
}
