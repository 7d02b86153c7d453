import Contract
import EventKit
import ServerKit

/// Reports of consumers, and the studio's view of lag and dead letters.
struct ConsumerRoutes: Sendable {
  let log: EventLogStore
  let letters: DeadLetterStore
  let lagBoard: LagBoard
  let clock: WallClock

  private static let pageLimit = 200

  func add(to routes: inout Routes) {
    routes.on(BusEndpoints.acceptDeadLetter) { call in
      try await letters.accept(call.body)
      return Empty()
    }
    routes.on(BusEndpoints.report) { call in
      lagBoard.note(call.body, at: clock.now())
      return try await letters.reconcile(call.body)
    }
    routes.on(BusEndpoints.lag) { _ in Page(items: try lag(), next: nil) }
    routes.on(BusEndpoints.deadLetters) { call in try page(call.parameters) }
    routes.on(BusEndpoints.redrive) { call in try await letters.redrive(call.parameters.id) }
  }

  /// Of every consumer and source, by name.
  func lag() throws -> [ConsumerLag] {
    let now = clock.now()
    return try lagBoard.all.flatMap { entry in
      try entry.report.positions.map { position in
        let lag = try log.lag(
          of: position.source, at: EventPosition(epoch: position.epoch, seq: position.seq))
        return ConsumerLag(
          consumer: entry.report.consumer, service: entry.report.service, source: position.source,
          events: lag.events, seconds: lag.since.map { max(0, now.seconds(since: $0)) } ?? 0,
          reportedAt: entry.reportedAt)
      }
    }
  }

  private func page(_ query: PageQuery) throws -> Page<DeadLetter> {
    let limit = min(max(1, query.limit ?? 50), Self.pageLimit)
    var cursor: DeadLetterID?
    if let text = query.cursor {
      cursor = DeadLetterID(text)
      guard cursor != nil else { throw Problem.badRequest("is not a cursor of this list", field: "cursor") }
    }
    let found = try letters.page(before: cursor, limit: limit + 1)
    let items = Array(found.prefix(limit))
    return Page(items: items, next: found.count > limit ? items.last?.id.description : nil)
  }
}
