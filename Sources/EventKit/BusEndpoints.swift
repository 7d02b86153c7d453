package import Contract

/// What the bus answers. Its contract lives here because kits import no service's API.
package enum BusEndpoints {
  /// The body is ``JSONLines``: the events of one batch, unchanged.
  package static let publish = Endpoint<PublishParameters, Empty, PublishReceipt>(
    "bus.publish", .post, "/internal/bus/events", access: .service, bodyLimitBytes: EventLimits.bodyBytes,
    summary: "Take a batch of one source's events, in order; the same batch again changes nothing.")

  package static let lastHeld = Endpoint<SourceParameters, Empty, LastHeld>(
    "bus.lastHeld", .get, "/internal/bus/last-held", access: .service,
    summary: "The highest number held of a source and epoch.")

  /// Answered as ``JSONLines``, the epoch in ``EventHeaders/epoch``.
  package static let read = Endpoint<ReadParameters, Empty, Empty>(
    "bus.read", .get, "/internal/bus/events", access: .service, status: 200,
    summary: "The events of a source after a position, waiting for one if there is none.")

  package static let acceptDeadLetter = Endpoint<Empty, NewDeadLetter, Empty>(
    "bus.acceptDeadLetter", .post, "/internal/bus/dead-letters", access: .service,
    bodyLimitBytes: 2 * EventLimits.bodyBytes, summary: "Keep an event that a consumer has given up.")

  package static let report = Endpoint<Empty, ConsumerReport, ConsumerOrders>(
    "bus.report", .post, "/internal/bus/consumers", access: .service,
    summary: "Hear how far a consumer is; answer what it shall try again.")

  package static let lag = Endpoint<Empty, Empty, Page<ConsumerLag>>(
    "bus.lag", .get, "/v1/studio/events/lag", access: .operator, summary: "How far each consumer is behind.")

  package static let deadLetters = Endpoint<PageQuery, Empty, Page<DeadLetter>>(
    "bus.deadLetters", .get, "/v1/studio/dead-letters", access: .operator,
    summary: "Events that consumers have given up, newest first.")

  package static let redrive = Endpoint<DeadLetterPath, Empty, DeadLetter>(
    "bus.redrive", .post, "/v1/studio/dead-letters/{id}/redrive", access: .operator, status: 202,
    summary: "Have the consumer try a dead letter again, and the events parked behind it in order.")
}

package struct PublishParameters: Codable, Sendable {
  package var source: String
  package var epoch: String
  package var first: Int64
  package var oldest: Int64
  package var count: Int

  package init(source: String, epoch: String, first: Int64, oldest: Int64, count: Int) {
    self.source = source
    self.epoch = epoch
    self.first = first
    self.oldest = oldest
    self.count = count
  }
}

package struct SourceParameters: Codable, Sendable {
  package var source: String
  package var epoch: String

  package init(source: String, epoch: String) {
    self.source = source
    self.epoch = epoch
  }
}

package struct LastHeld: Codable, Sendable {
  package var seq: Int64

  package init(seq: Int64) {
    self.seq = seq
  }
}

package struct ReadParameters: Codable, Sendable {
  package var source: String
  package var epoch: String?
  package var after: Int64?
  package var limit: Int?
  package var waitMilliseconds: Int?

  package init(source: String, epoch: String?, after: Int64?, limit: Int?, waitMilliseconds: Int?) {
    self.source = source
    self.epoch = epoch
    self.after = after
    self.limit = limit
    self.waitMilliseconds = waitMilliseconds
  }
}

package struct DeadLetterPath: Codable, Sendable {
  package var id: DeadLetterID

  package init(id: DeadLetterID) {
    self.id = id
  }
}

/// Headers that say where a body of ``JSONLines`` stands.
package enum EventHeaders {
  package static let epoch = "matinee-epoch"
  /// Of a snapshot: it holds the effects of all events up to this one.
  package static let seq = "matinee-seq"
  /// The oldest event the source still has.
  package static let oldest = "matinee-oldest-seq"
}
