import Contract
import ServerKit
import StorageKit

/// Answers a service's own feed, its snapshot where it has one, and the rebuilding of its consumers.
struct FeedRoutes: Sendable {
  let outbox: Outbox
  let database: ServiceDatabase
  let snapshot: SnapshotWriter?
  let consumers: [Consumer]

  func add(to routes: inout Routes) {
    routes.answer(FeedEndpoints.events) { call in try events(call.parameters) }
    routes.answer(FeedEndpoints.snapshot) { _ in try wholeSnapshot() }
    routes.on(FeedEndpoints.rebuild) { call in
      guard let consumer = consumers.first(where: { $0.definition.name == call.parameters.consumer }) else {
        throw Problem.notFound("This service has no consumer of that name.")
      }
      try await consumer.rebuild()
      return Empty()
    }
  }

  private func events(_ parameters: FeedParameters) throws -> Answer {
    let batch = try database.read { session in
      let isSameEpoch = try parameters.epoch.map { try $0 == outbox.last(in: session).epoch } ?? true
      return try outbox.batch(
        after: isSameEpoch ? max(0, parameters.after) : 0,
        limit: max(1, parameters.limit ?? EventLimits.batchCount), in: session)
    }
    var answer = Answer.json(JSONLines.join(batch.events))
    answer.headers = [
      ("content-type", JSONLines.contentType), (EventHeaders.epoch, batch.epoch),
      (EventHeaders.oldest, "\(batch.oldest)"),
    ]
    return answer
  }

  private func wholeSnapshot() throws -> Answer {
    guard let snapshot else { throw Problem.notFound("This service gives no snapshot.") }
    let (position, bytes) = try database.read { session in
      var bytes: [UInt8] = []
      // In one read, so the lines and the number are of the same moment.
      let position = try outbox.last(in: session)
      try snapshot(session) { line in
        bytes += line
        bytes.append(UInt8(ascii: "\n"))
      }
      return (position, bytes)
    }
    var answer = Answer.json(bytes)
    answer.headers = [
      ("content-type", JSONLines.contentType), (EventHeaders.epoch, position.epoch),
      (EventHeaders.seq, "\(position.seq)"),
    ]
    return answer
  }
}
