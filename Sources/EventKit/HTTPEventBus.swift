package import Contract

/// Speaks to the `bus` process.
package struct HTTPEventBus: EventBus, DeadLetterOffice {
  private let transport: any Transport
  private let service: String
  /// For an answer that waits for nothing.
  private let timeout: Duration

  package init(_ transport: any Transport, service: String, timeout: Duration = .seconds(5)) {
    self.transport = transport
    self.service = service
    self.timeout = timeout
  }

  package func publish(_ batch: EventBatch) async throws -> PublishReceipt {
    let parameters = PublishParameters(
      source: batch.source, epoch: batch.epoch, first: batch.first, oldest: batch.oldest, count: batch.events.count)
    let endpoint = BusEndpoints.publish
    let response = try await transport.send(
      TransportRequest(
        method: endpoint.method, target: endpoint.path.expand(try ParameterEncoder.encode(parameters)),
        headers: [("content-type", JSONLines.contentType)], body: JSONLines.join(batch.events),
        context: .service(service, within: timeout)))
    guard response.status == endpoint.status else { throw response.problem }
    return try JSON.decode(PublishReceipt.self, from: response.body)
  }

  package func lastHeld(source: String, epoch: String) async throws -> Int64 {
    try await transport.call(
      BusEndpoints.lastHeld, SourceParameters(source: source, epoch: epoch),
      in: .service(service, within: timeout)
    ).seq
  }

  package func read(
    source: String, after position: EventPosition?, limit: Int, waiting: Duration
  ) async throws -> EventPage {
    let parameters = ReadParameters(
      source: source, epoch: position?.epoch, after: position?.seq, limit: limit,
      waitMilliseconds: waiting.wholeMilliseconds)
    let response = try await transport.get(
      BusEndpoints.read, parameters, in: .service(service, within: waiting + timeout))
    return EventPage(epoch: response.header(EventHeaders.epoch), events: JSONLines.split(response.body))
  }

  package func accept(_ letter: NewDeadLetter) async throws {
    _ = try await transport.call(
      BusEndpoints.acceptDeadLetter, body: letter, in: .service(service, within: timeout))
  }

  package func report(_ report: ConsumerReport) async throws -> ConsumerOrders {
    try await transport.call(BusEndpoints.report, body: report, in: .service(service, within: timeout))
  }
}

extension Transport {
  /// Calls an endpoint whose answer is no JSON document.
  func get<Parameters>(
    _ endpoint: Endpoint<Parameters, Empty, Empty>, _ parameters: Parameters, in context: CallContext
  ) async throws -> TransportResponse {
    let response = try await send(
      TransportRequest(
        method: endpoint.method, target: endpoint.path.expand(try ParameterEncoder.encode(parameters)),
        context: context))
    guard response.status == endpoint.status else { throw response.problem }
    return response
  }
}

extension Duration {
  var wholeMilliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
