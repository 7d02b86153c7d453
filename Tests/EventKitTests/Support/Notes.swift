import Contract
import EventKit
import Foundation
import StorageKit
import TestKit

/// The event of these tests. Its subject is the notebook.
struct NoteAdded: EventBody, Equatable {
  static let type = "notes.note.added.v1"
  var number: Int
  var text: String
}

/// A source of events: a database with an outbox.
final class NoteSource: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox

  init(_ folder: String, name: String = "notes", clock: WallClock = .system) throws {
    database = try ServiceDatabase(
      path: "\(folder)/\(name).db", migrations: EventSchema.migrations(), durability: .normal, clock: clock)
    outbox = Outbox(source: "/\(name)", clock: clock)
  }

  /// One event per number, in one transaction.
  func add(_ numbers: ClosedRange<Int>, subject: String = "book", text: String = "") async throws {
    try await database.write { [outbox] session in
      for number in numbers {
        try outbox.append(NoteAdded(number: number, text: text), subject: subject, in: session)
      }
    }
  }

  func batch(after seq: Int64 = 0, limit: Int = 256) throws -> EventBatch {
    try database.read { try outbox.batch(after: seq, limit: limit, in: $0) }
  }

  /// As if over HTTP; `snapshot` answers the snapshot's lines.
  func feed(snapshot: (@Sendable () -> [[UInt8]])? = nil) -> StubTransport {
    StubTransport { [self] request in
      let (path, query) = Self.split(request.target)
      if path == "/internal/snapshot" {
        guard let snapshot else { return try .problem(.notFound("no snapshot")) }
        let position = try database.read { try outbox.last(in: $0) }
        return TransportResponse(
          status: 200, headers: [("matinee-epoch", position.epoch), ("matinee-seq", "\(position.seq)")],
          body: JSONLines.join(snapshot()))
      }
      let parameters = try ParameterDecoder.decode(FeedParameters.self, from: query)
      let last = try database.read { try outbox.last(in: $0) }
      let isSame = parameters.epoch == nil || parameters.epoch == last.epoch
      let batch = try batch(after: isSame ? parameters.after : 0, limit: parameters.limit ?? 256)
      return TransportResponse(
        status: 200, headers: [("matinee-epoch", batch.epoch), ("matinee-oldest-seq", "\(batch.oldest)")],
        body: JSONLines.join(batch.events))
    }
  }

  private static func split(_ target: String) -> (String, [(name: String, value: String)]) {
    let parts = target.split(separator: "?", maxSplits: 1)
    return (String(parts[0]), parts.count > 1 ? PercentEncoding.query(parts[1]) ?? [] : [])
  }
}

/// Where the effects of a consumer are counted: one row per application, so that doubles and disorder show.
let effectSchema =
  EventSchema.migrations() + [
    Migration(
      EventSchema.count + 1, "effects",
      """
      CREATE TABLE effect (
        position INTEGER NOT NULL PRIMARY KEY, subject TEXT NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL
      ) STRICT;
      """)
  ]

func applyNote(_ event: Event, in session: SQLSession) throws {
  guard let note = try event.body(NoteAdded.self) else { return }
  try session.execute(
    "INSERT INTO effect (subject, number, text) VALUES (?, ?, ?)", event.header.subject, note.number, note.text)
}

extension ServiceDatabase {
  func effects(of subject: String = "book") throws -> [Int] {
    try read { session in
      try session.rows("SELECT number FROM effect WHERE subject = ? ORDER BY position LIMIT 100000", subject) {
        $0.int(0)
      }
    }
  }
}
