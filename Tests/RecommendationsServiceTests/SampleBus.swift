import Contract
import EventKit
import Synchronization
import TestKit

/// A bus in memory that holds the events it is given.
final class SampleBus: Sendable {
  private let events = Mutex<[Event]>([])

  func hold(_ more: [Event]) { events.withLock { $0 += more } }

  /// Answers reads; everything else is refused, as by a bus that is away.
  var transport: StubTransport {
    StubTransport { request in
      let parts = request.target.split(separator: "?", maxSplits: 1)
      guard request.method == .get, parts[0] == "/internal/bus/events", parts.count == 2 else {
        return try .problem(.unavailable("not now"))
      }
      let query = PercentEncoding.query(parts[1]) ?? []
      let parameters = try ParameterDecoder.decode(ReadParameters.self, from: query)
      let next = self.events.withLock { events in
        events.filter { $0.header.source == parameters.source && $0.header.seq > parameters.after ?? 0 }
      }
      if next.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      return TransportResponse(
        status: 200, headers: [(EventHeaders.epoch, "1")],
        body: JSONLines.join(next.prefix(parameters.limit ?? 100).map(\.json)))
    }
  }
}
