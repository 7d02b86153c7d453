import ClientKit
package import Contract
import NIOCore

/// What every service that has events answers, for whoever missed one.
package enum FeedEndpoints {
  /// Answered as ``JSONLines``, with ``EventHeaders/epoch`` and ``EventHeaders/oldest``.
  package static let events = Endpoint<FeedParameters, Empty, Empty>(
    "events.feed", .get, "/internal/events", access: .service, status: 200,
    summary: "The service's own events after a number.")

  /// Answered as ``JSONLines`` of the service's own making, with ``EventHeaders/epoch`` and ``EventHeaders/seq``.
  package static let snapshot = Endpoint<Empty, Empty, Empty>(
    "events.snapshot", .get, "/internal/snapshot", access: .service, status: 200,
    summary: "What all events so far have come to.")

  package static let rebuild = Endpoint<ConsumerPath, Empty, Empty>(
    "events.rebuild", .post, "/internal/consumers/{consumer}/rebuild", access: .service, status: 202,
    summary: "Drop a consumer's projection and make it anew from the events of its sources.")
}

package struct FeedParameters: Codable, Sendable {
  package var after: Int64
  package var limit: Int?
  /// In another epoch than the present one `after` counts as 0.
  package var epoch: String?

  package init(after: Int64, limit: Int? = nil, epoch: String? = nil) {
    self.after = after
    self.limit = limit
    self.epoch = epoch
  }
}

package struct ConsumerPath: Codable, Sendable {
  package var consumer: String

  package init(consumer: String) {
    self.consumer = consumer
  }
}

/// A source's own feed, asked directly.
package struct SourceFeed: Sendable {
  package struct FeedPage: Sendable {
    package let epoch: String
    package let oldest: Int64
    package let events: [[UInt8]]
  }

  package struct Snapshot: Sendable {
    package let position: EventPosition
    package let lines: [[UInt8]]
  }

  private let transport: any Transport
  private let caller: String

  package init(_ transport: any Transport, caller: String) {
    self.transport = transport
    self.caller = caller
  }

  package func events(after position: EventPosition?, limit: Int) async throws -> FeedPage {
    let response = try await transport.get(
      FeedEndpoints.events, FeedParameters(after: position?.seq ?? 0, limit: limit, epoch: position?.epoch),
      in: .service(caller, within: .seconds(5)))
    guard let epoch = response.header(EventHeaders.epoch),
      let oldest = response.header(EventHeaders.oldest).flatMap({ Int64($0) })
    else { throw FeedError.noPosition }
    return FeedPage(epoch: epoch, oldest: oldest, events: JSONLines.split(response.body))
  }

  /// Streamed where the transport can, since a snapshot may be larger than any ordinary answer.
  package func snapshot() async throws -> Snapshot {
    let response = try await snapshotResponse()
    guard let epoch = response.header(EventHeaders.epoch),
      let seq = response.header(EventHeaders.seq).flatMap({ Int64($0) })
    else { throw FeedError.noPosition }
    return Snapshot(position: EventPosition(epoch: epoch, seq: seq), lines: JSONLines.split(response.body))
  }

  private func snapshotResponse() async throws -> TransportResponse {
    let context = CallContext.service(caller, within: .seconds(60))
    guard let streaming = transport as? any StreamingTransport else {
      return try await transport.get(FeedEndpoints.snapshot, Empty(), in: context)
    }
    let endpoint = FeedEndpoints.snapshot
    let head = try await streaming.stream(
      TransportRequest(method: endpoint.method, target: endpoint.path.expand([]), context: context), upload: nil)
    var body: [UInt8] = []
    for try await chunk in head.body {
      body += chunk.readableBytesView
      guard body.count <= EventLimits.snapshotBytes else { throw FeedError.snapshotTooLarge }
    }
    let response = TransportResponse(status: head.status, headers: head.headers, body: body)
    guard response.status == endpoint.status else { throw response.problem }
    return response
  }
}

package enum FeedError: Error, Sendable {
  /// The answer does not say where it stands.
  case noPosition
  /// It is over ``EventLimits/snapshotBytes``.
  case snapshotTooLarge
}
