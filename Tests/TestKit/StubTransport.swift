package import Contract
import Synchronization

/// A neighbour in memory: answers by a closure and remembers what it was asked.
package final class StubTransport: Transport {
  private let answer: @Sendable (TransportRequest) async throws -> TransportResponse
  private let asked = Mutex<[TransportRequest]>([])

  package init(_ answer: @escaping @Sendable (TransportRequest) async throws -> TransportResponse) {
    self.answer = answer
  }

  package var requests: [TransportRequest] { asked.withLock { $0 } }

  package func send(_ request: TransportRequest) async throws -> TransportResponse {
    asked.withLock { $0.append(request) }
    return try await answer(request)
  }
}

extension TransportResponse {
  package static func json(_ value: some Encodable, status: Int = 200) throws -> TransportResponse {
    TransportResponse(status: status, headers: [("content-type", "application/json")], body: try JSON.encode(value))
  }

  package static func problem(_ problem: Problem) throws -> TransportResponse {
    TransportResponse(
      status: problem.status, headers: [("content-type", "application/problem+json")], body: try JSON.encode(problem))
  }
}

extension CallContext {
  /// A call with enough time for a busy machine.
  package static func test(_ principal: Principal) -> CallContext {
    CallContext(principal: principal, deadline: .after(.seconds(60)))
  }
}
