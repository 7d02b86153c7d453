import Contract
import StorageKit
import TestKit
import Testing

@testable import EventKit

@Suite("Outbox")
struct OutboxTests {
  @Test("Numbers have no gaps, however many transactions are undone between them")
  func gapless() async throws {
    try await withTemporaryFolder { folder in
      let source = try NoteSource(folder)
      defer { source.database.close() }
      let outbox = source.outbox
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<300 {
          group.addTask {
            _ = try? await source.database.write { session in
              try outbox.append(NoteAdded(number: number, text: ""), subject: "book", in: session)
              if number.isMultiple(of: 3) { throw Undone() }
            }
          }
        }
      }
      let events = try source.batch().events.map { try Event(json: $0) }
      #expect(events.map(\.header.seq) == (1...200).map(Int64.init))
      let numbers = try events.compactMap { try $0.body(NoteAdded.self)?.number }
      #expect(numbers.allSatisfy { !$0.isMultiple(of: 3) } && Set(numbers).count == 200)
    }
  }

  @Test("An event carries source, type, subject, trace and epoch, and its bytes prove themselves")
  func envelope() async throws {
    try await withTemporaryFolder { folder in
      let source = try NoteSource(folder)
      defer { source.database.close() }
      let trace = TraceContext.root()
      try await source.database.write { [outbox = source.outbox] session in
        try outbox.append(NoteAdded(number: 1, text: "žluť \"\n"), subject: "book", in: session, trace: trace)
      }
      let batch = try source.batch()
      let event = try Event(json: batch.events[0])
      #expect(event.header.source == "/notes" && event.header.type == NoteAdded.type)
      #expect(event.header.subject == "book" && event.header.epoch == batch.epoch)
      #expect(event.header.traceparent == trace.traceparent)
      let body = try event.body(NoteAdded.self)
      #expect(body?.text == "žluť \"\n")
      for index in stride(from: 0, to: batch.events[0].count, by: 7) {
        var damaged = batch.events[0]
        damaged[index] ^= 1
        #expect(!Event.isIntact(damaged))
      }
    }
  }

  @Test("A database made anew is another epoch, later in order")
  func epochs() async throws {
    try await withTemporaryFolder { folder in
      let first = try NoteSource(folder, name: "a")
      defer { first.database.close() }
      try await Task.sleep(for: .milliseconds(3))
      let second = try NoteSource(folder, name: "b")
      defer { second.database.close() }
      let epochs = try (first.batch().epoch, second.batch().epoch)
      #expect(epochs.0 < epochs.1)
    }
  }

  @Test("Only what is old and relayed is deleted, in chunks")
  func pruning() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      let source = try NoteSource(folder, clock: time.clock)
      defer { source.database.close() }
      try await source.add(1...10)
      time.advance(seconds: 3600)
      try await source.add(11...20)
      let limit = time.now.adding(seconds: -1800)
      @Sendable func prune(upTo seq: Int64, limit count: Int) async throws -> Int {
        try await source.database.write { [outbox = source.outbox] in
          try outbox.prune(before: limit, upTo: seq, limit: count, in: $0)
        }
      }
      #expect(try await prune(upTo: 0, limit: 100) == 0)
      #expect(try await prune(upTo: 6, limit: 4) == 4)
      #expect(try await prune(upTo: 6, limit: 4) == 2)
      #expect(try await prune(upTo: 20, limit: 100) == 4)
      #expect(try await prune(upTo: 20, limit: 100) == 0)
      let batch = try source.batch()
      #expect(batch.oldest == 11 && batch.first == 11 && batch.events.count == 10)
    }
  }

  @Test("An event that is too large is refused with its transaction")
  func tooLarge() async throws {
    try await withTemporaryFolder { folder in
      let source = try NoteSource(folder)
      defer { source.database.close() }
      await #expect(throws: OutboxError.self) {
        try await source.add(1...1, text: String(repeating: "x", count: EventLimits.eventBytes))
      }
      #expect(try source.batch().events.isEmpty)
    }
  }

  struct Undone: Error {}
}
