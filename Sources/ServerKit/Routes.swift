package import Contract
import NIOCore

/// The calls a service answers: each endpoint with the closure that handles it.
package struct Routes: Sendable {
  struct Route: Sendable {
    let endpoint: any EndpointDescription
    /// Needs no token: health and metrics alone.
    var isPublic = false
    /// The body is read before the handler begins, up to this many bytes, and the deadline ends the handler; nil
    /// where a body of any length travels, in as much time as it takes.
    var bodyLimitBytes: Int?
    /// Taking long is what it is for, so it is not logged as slow.
    var waits = false
    let run: @Sendable (IncomingRequest) async throws -> Answer
  }

  private(set) var all: [Route] = []

  package init() {}

  package var endpoints: [any EndpointDescription] { all.map(\.endpoint) }

  /// Decodes parameters and body, and answers the output as JSON with the endpoint's status.
  ///
  /// - Parameter waits: the call is a long poll, whose length is no sign of trouble.
  package mutating func on<Parameters, Body, Output>(
    _ endpoint: Endpoint<Parameters, Body, Output>, waits: Bool = false,
    _ handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Output
  ) {
    let status = endpoint.status
    add(endpoint, waits) { call in
      let output = try await handler(call)
      return Output.self == Empty.self ? Answer(status: status) : .json(try JSON.encode(output), status: status)
    }
  }

  /// Decodes parameters and body; the handler makes the bytes, the headers and the status.
  ///
  /// - Parameter waits: the call is a long poll, whose length is no sign of trouble.
  package mutating func answer<Parameters, Body, Output>(
    _ endpoint: Endpoint<Parameters, Body, Output>, waits: Bool = false,
    _ handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Answer
  ) {
    add(endpoint, waits, handler)
  }

  /// Nothing decoded, body not read yet, no deadline enforced: proxies, uploads, media. How much of the body is
  /// taken is the handler's to bound.
  package mutating func raw(
    _ endpoint: any EndpointDescription, _ handler: @escaping @Sendable (RawCall) async throws -> Answer
  ) {
    all.append(
      Route(endpoint: endpoint, waits: true) { request in
        try await handler(RawCall(request: request.info, parameters: request.parameters, body: request.body))
      })
  }

  /// Answers without asking who calls.
  mutating func open(
    _ endpoint: any EndpointDescription, _ handler: @escaping @Sendable (IncomingRequest) async throws -> Answer
  ) {
    all.append(Route(endpoint: endpoint, isPublic: true, bodyLimitBytes: 1024, run: handler))
  }

  private mutating func add<Parameters, Body, Output>(
    _ endpoint: Endpoint<Parameters, Body, Output>, _ waits: Bool,
    _ handler: @escaping @Sendable (Call<Parameters, Body>) async throws -> Answer
  ) {
    all.append(
      Route(endpoint: endpoint, bodyLimitBytes: endpoint.bodyLimitBytes, waits: waits) { request in
        let parameters = try request.decodeParameters(Parameters.self)
        let body = try request.decodeBody(Body.self)
        return try await handler(Call(parameters: parameters, body: body, request: request.info))
      })
  }
}
