import Contract
import Foundation
import StorageKit
import TestKit
import Testing

@testable import EventKit

@Suite("Rebuilding")
struct RebuildTests {
  /// The projection's content without the order in which it came.
  private func content(_ database: ServiceDatabase) throws -> [String] {
    try database.read { session in
      try session.rows("SELECT subject, number, text FROM effect ORDER BY subject, number LIMIT 10000") {
        "\($0.text(0)) \($0.int(1)) \($0.text(2))"
      }
    }
  }

  private let rebuild = ConsumerRebuild(
    reset: { try $0.execute("DELETE FROM effect") },
    restore: { _, line, session in
      let note = try JSON.decode(NoteAdded.self, from: line)
      try session.execute(
        "INSERT INTO effect (subject, number, text) VALUES ('book', ?, ?)", note.number, note.text)
    })

  @Test("The rebuilt projection equals the live one")
  func rebuildAndCompare() async throws {
    try await withStage { source, bus, effects in
      let consumer = makeConsumer(of: source, over: bus, into: effects, rebuild: rebuild)
      try await running([source.relay(to: bus), consumer]) {
        try await source.add(1...400, text: "a")
        try await source.add(1...50, subject: "other", text: "b")
        try await eventually { try content(effects).count == 450 }
        let live = try content(effects)
        try await consumer.rebuild()
        try await eventually { try content(effects).count == 450 }
        #expect(try content(effects) == live)
        try await source.add(401...402)
        try await eventually { try content(effects).count == 452 }
      }
    }
  }

  @Test("Events flow in while it rebuilds, and each still counts once")
  func rebuildUnderLoad() async throws {
    try await withStage { source, bus, effects in
      let consumer = makeConsumer(of: source, over: bus, into: effects, rebuild: rebuild)
      try await running([source.relay(to: bus), consumer]) {
        for round in 0..<20 {
          try await source.add((round * 10 + 1)...(round * 10 + 10))
          if round.isMultiple(of: 5) { try await consumer.rebuild() }
        }
        try await eventually { try effects.effects().last == 200 }
      }
      #expect(try effects.effects() == Array(1...200))
    }
  }

  @Test("What is past the retention comes from the snapshot, the rest from the events")
  func snapshot() async throws {
    try await withStage { source, bus, effects in
      try await source.add(1...30)
      try await source.database.write { [outbox = source.outbox] in
        _ = try outbox.prune(before: Timestamp(milliseconds: .max), upTo: 30, limit: 20, in: $0)
      }
      let feed = source.feed(snapshot: {
        (1...30).map { (try? JSON.encode(NoteAdded(number: $0, text: ""))) ?? [] }
      })
      let consumer = makeConsumer(of: source, over: bus, into: effects, feed: feed, rebuild: rebuild)
      try await running([source.relay(to: bus), consumer]) {
        try await eventually { try effects.effects().count == 30 }
        try await source.add(31...33)
        try await eventually { try effects.effects().count == 33 }
      }
      #expect(try effects.effects() == Array(1...33))
      #expect(feed.requests.contains { $0.target == "/internal/snapshot" })
    }
  }

  @Test("Killed half-way through a snapshot, a consumer begins it again")
  func killedInSnapshot() async throws {
    try await withStage { source, bus, effects in
      try await source.add(1...5)
      try await effects.write { session in
        try session.execute("INSERT INTO effect (subject, number, text) VALUES ('book', 999, 'half')")
        try session.execute(
          """
          INSERT INTO consumer_cursor (consumer, source, epoch, seq, is_restoring)
          VALUES ('effects', '/notes', 'x', 5, 1)
          """)
      }
      let consumer = makeConsumer(of: source, over: bus, into: effects, rebuild: rebuild)
      try await running([source.relay(to: bus), consumer]) {
        try await eventually { try effects.effects() == Array(1...5) }
      }
    }
  }

  @Test("Without a snapshot, what is past every retention is counted as lost and the rest goes on")
  func loss() async throws {
    try await withStage { source, bus, effects in
      try await source.add(1...10)
      try await source.database.write { [outbox = source.outbox] in
        _ = try outbox.prune(before: Timestamp(milliseconds: .max), upTo: 4, limit: 20, in: $0)
      }
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects().last == 10 }
      }
      #expect(try effects.effects() == Array(5...10))
    }
  }

  @Test("A consumer that keeps truth refuses to be rebuilt")
  func refused() async throws {
    try await withStage { source, bus, effects in
      let consumer = makeConsumer(of: source, over: bus, into: effects)
      await #expect(throws: ConsumerError.notRebuildable(consumer: "effects")) { try await consumer.rebuild() }
    }
  }
}
