/// What a caller hands on with a call.
package struct CallContext: Sendable {
  package var principal: Principal
  package var deadline: Deadline
  package var trace: TraceContext
  /// Sent as `Idempotency-Key`.
  package var idempotencyKey: String?
  /// Where the request came in from, as the gateway saw it; sent as `x-client-address`.
  package var clientAddress: NetworkAddress?

  package init(
    principal: Principal, deadline: Deadline, trace: TraceContext = .root(), idempotencyKey: String? = nil,
    clientAddress: NetworkAddress? = nil
  ) {
    self.principal = principal
    self.deadline = deadline
    self.trace = trace
    self.idempotencyKey = idempotencyKey
    self.clientAddress = clientAddress
  }

  /// A service calling on its own behalf.
  package static func service(_ name: String, within duration: Duration = .seconds(2)) -> CallContext {
    CallContext(principal: .service(name), deadline: .after(duration))
  }
}

package struct TransportRequest: Sendable {
  package var method: HTTPMethod
  /// Percent-encoded path and query.
  package var target: String
  /// Lower-case names.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  package var context: CallContext

  package init(
    method: HTTPMethod, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    context: CallContext
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.context = context
  }
}

package struct TransportResponse: Sendable {
  package var status: Int
  /// Lower-case names.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}

/// Carries requests to one upstream service.
package protocol Transport: Sendable {
  /// Answers whatever status the upstream gives; throws ``TransportError`` where there is no answer.
  func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// Why there is no answer from an upstream.
package enum TransportError: Error, Sendable, Equatable {
  case deadlinePassed(upstream: String)
  /// Nothing was sent, so a repeat is safe whatever the method.
  case unreachable(upstream: String, reason: String)
  /// The connection failed after something was sent.
  case interrupted(upstream: String, reason: String)
  case answerTooLarge(upstream: String, limitBytes: Int)
  /// Refused on our side: breaker open, queue full or shutting down.
  case refused(upstream: String, reason: String)
}

extension TransportError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .deadlinePassed(let upstream):
      .timedOut("\(upstream) did not answer in time.")
    case .unreachable(let upstream, _), .interrupted(let upstream, _), .refused(let upstream, _):
      .unavailable("\(upstream) cannot be reached now.")
    case .answerTooLarge(let upstream, _):
      .unavailable("\(upstream) answered more than can be read.")
    }
  }
}

// MARK: - Typed calls

extension Transport {
  /// Calls `endpoint`; an answer of another status than a success is thrown as its ``Problem``.
  package func call<Parameters, Body, Output>(
    _ endpoint: Endpoint<Parameters, Body, Output>, _ parameters: Parameters, body: Body, in context: CallContext
  ) async throws -> Output {
    var headers: [(name: String, value: String)] = []
    var bytes: [UInt8] = []
    if Body.self != Empty.self {
      bytes = try JSON.encode(body)
      headers.append(("content-type", "application/json"))
    }
    let request = TransportRequest(
      method: endpoint.method, target: endpoint.path.expand(try ParameterEncoder.encode(parameters)),
      headers: headers, body: bytes, context: context)
    let response = try await send(request)
    guard (200..<300).contains(response.status) else { throw response.problem }
    if let empty = Empty() as? Output { return empty }
    return try JSON.decode(Output.self, from: response.body)
  }

  package func call<Parameters, Output>(
    _ endpoint: Endpoint<Parameters, Empty, Output>, _ parameters: Parameters, in context: CallContext
  ) async throws -> Output {
    try await call(endpoint, parameters, body: Empty(), in: context)
  }

  package func call<Body, Output>(
    _ endpoint: Endpoint<Empty, Body, Output>, body: Body, in context: CallContext
  ) async throws -> Output {
    try await call(endpoint, Empty(), body: body, in: context)
  }

  package func call<Output>(_ endpoint: Endpoint<Empty, Empty, Output>, in context: CallContext) async throws -> Output
  {
    try await call(endpoint, Empty(), body: Empty(), in: context)
  }
}

extension TransportResponse {
  /// The problem a failed answer carries, or one made of its status.
  package var problem: Problem {
    guard var problem = try? JSON.decode(Problem.self, from: body) else {
      return Problem("upstream", status: status, title: "Upstream answered \(status)", detail: "No detail was given.")
    }
    problem.retryAfterSeconds = header("retry-after").flatMap { Int($0) }
    return problem
  }
}
