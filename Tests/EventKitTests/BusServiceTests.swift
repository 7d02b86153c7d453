import BusService
import Contract
import EventKit
import Foundation
import StorageKit
import TestKit
import Testing

@Suite("The bus as a service")
struct BusServiceTests {
  private let studio = CallContext.test(Principal(role: .operator))

  @Test("From a source through the bus to a reader, over sockets")
  func wholeWay() async throws {
    try await NotesStack.with { stack in
      try await stack.add(100, count: 500)
      try await eventually { try await stack.effects().count == 500 }
      #expect(try await stack.effects() == Array(100..<600))
      let lag = try await lag(of: stack) { $0.first?.events == 0 }
      #expect(lag.map(\.consumer) == ["effects"] && lag[0].service == "readers" && lag[0].source == "/notes")
    }
  }

  @Test("A dead letter is listed for the studio, redriven by an operator, and settled")
  func deadLetter() async throws {
    try await NotesStack.with { stack in
      for number in 12...15 { try await stack.add(number) }
      try await stack.add(1, subject: "other")
      var letters: [DeadLetter] = []
      try await eventually {
        letters = try await stack.bus.transport.call(BusEndpoints.deadLetters, PageQuery(), in: studio).items
        return letters.count == 1
      }
      try #require(letters.count == 1)
      #expect(letters[0].status == .dead && letters[0].subject == "book" && letters[0].error.contains("Unlucky"))
      try await eventually { try await stack.effects().count == 2 }
      _ = try await stack.readers.transport.call(ReadersModule.forgive, in: .test(.service("test")))
      let redriving = try await stack.bus.transport.call(
        BusEndpoints.redrive, DeadLetterPath(id: letters[0].id), in: studio)
      #expect(redriving.status == .redriving)
      try await eventually { try await stack.effects().filter { $0 > 1 } == [12, 13, 14, 15] }
      try await eventually {
        try await stack.bus.transport.call(BusEndpoints.deadLetters, PageQuery(), in: studio).items[0].status
          == .settled
      }
    }
  }

  @Test("A viewer sees neither lag nor dead letters; an unknown letter is not found")
  func access() async throws {
    try await withService(BusModule.self) { bus in
      let viewer = CallContext.test(Principal(role: .viewer))
      await #expect { try await bus.transport.call(BusEndpoints.lag, in: viewer) } throws: {
        ($0 as? Problem)?.status == 403
      }
      await #expect {
        try await bus.transport.call(BusEndpoints.deadLetters, PageQuery(), in: viewer)
      } throws: {
        ($0 as? Problem)?.status == 403
      }
      let unknown = DeadLetterPath(id: DeadLetterID(seed: "nothing"))
      await #expect { try await bus.transport.call(BusEndpoints.redrive, unknown, in: studio) } throws: {
        ($0 as? Problem)?.status == 404
      }
      await #expect {
        try await bus.transport.call(BusEndpoints.deadLetters, PageQuery(cursor: "?"), in: studio)
      } throws: {
        ($0 as? Problem)?.status == 400
      }
    }
  }

  @Test("A damaged event and a batch that miscounts are refused")
  func damaged() async throws {
    try await withTemporaryFolder { folder in
      let source = try NoteSource(folder)
      defer { source.database.close() }
      try await source.add(1...3)
      let whole = try source.batch()
      try await withService(BusModule.self) { service in
        let bus = HTTPEventBus(service.transport, service: "notes", timeout: .seconds(60))
        var damaged = whole
        damaged.events[1][40] ^= 1
        await #expect { try await bus.publish(damaged) } throws: { ($0 as? Problem)?.status == 400 }
        let held = try await bus.lastHeld(source: "/notes", epoch: whole.epoch)
        let receipt = try await bus.publish(whole)
        #expect(held == 0 && receipt.lastHeld == 3)
      }
    }
  }

  @Test("Dead letters survive a restart of the bus; its log, deleted or overwritten, is filled again")
  func restart() async throws {
    try await withTemporaryFolder { home in
      try await withTemporaryFolder { folder in
        let source = try NoteSource(folder)
        defer { source.database.close() }
        try await source.add(1...50)
        let event = try Event(json: try source.batch().events[0])
        let first = try await TestService.start(BusModule.self, home: home)
        let bus = HTTPEventBus(first.transport, service: "readers", timeout: .seconds(60))
        let id = DeadLetterID(seed: "letter")
        let letter = NewDeadLetter(
          id: id, consumer: "effects", service: "readers", event: event, error: "why")
        try await bus.accept(letter)
        try await bus.accept(letter)
        _ = try await bus.publish(source.batch())
        try await first.stop()

        for suffix in ["", "-wal"] {
          let path = "\(home)/bus/bus.db\(suffix)"
          if FileManager.default.fileExists(atPath: path) {
            try Data(repeating: 0x55, count: 20_000).write(to: URL(fileURLWithPath: path))
          }
        }
        let second = try await TestService.start(BusModule.self, home: home)
        let again = HTTPEventBus(second.transport, service: "notes", timeout: .seconds(60))
        #expect(try await again.lastHeld(source: "/notes", epoch: source.batch().epoch) == 0)
        try await running([source.relay(to: again)]) {
          try await eventually { try await again.lastHeld(source: "/notes", epoch: source.batch().epoch) == 50 }
        }
        let letters = try await second.transport.call(BusEndpoints.deadLetters, PageQuery(), in: studio).items
        #expect(letters.map(\.id) == [id])
        #expect(second.log.lines.contains { $0.contains("set aside") })
        try await second.stop()
      }
    }
  }

  @Test("The log forgets what is past its retention, and readers get it from the source")
  func retention() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      let source = try NoteSource(folder)
      defer { source.database.close() }
      try await source.add(1...30)
      try await withService(
        BusModule.self, settings: ["BUS_RETENTION_HOURS": "1", "BUS_PRUNE_SECONDS": "1", "BUS_PRUNE_CHUNK": "10"],
        clock: time.clock
      ) { service in
        let bus = HTTPEventBus(service.transport, service: "notes", timeout: .seconds(60))
        _ = try await bus.publish(source.batch())
        time.advance(seconds: 3601)
        try await eventually {
          try await bus.read(source: "/notes", after: nil, limit: 10, waiting: .zero).events.isEmpty
        }
        #expect(try await bus.lastHeld(source: "/notes", epoch: source.batch().epoch) == 30)
        try await source.add(31...31)
        #expect(try await bus.publish(source.batch(after: 30)).lastHeld == 31)
      }
    }
  }

  @Test("A snapshot larger than any ordinary answer arrives whole, with where it stands")
  func largeSnapshot() async throws {
    try await NotesStack.with { stack in
      try await stack.add(1, count: 7)
      let snapshot = try await SourceFeed(stack.notes.transport, caller: "test").snapshot()
      #expect(snapshot.position.seq == 7)
      #expect(snapshot.lines.count == NotesModule.snapshotLines)
      #expect(snapshot.lines.allSatisfy { $0.count > 1 << 20 })
    }
  }

  @Test("A rebuild is asked for by HTTP; an unknown consumer is not found")
  func rebuild() async throws {
    try await NotesStack.with { stack in
      try await stack.add(100, count: 50)
      try await eventually { try await stack.effects().count == 50 }
      let context = CallContext.test(.service("test"))
      _ = try await stack.readers.transport.call(
        FeedEndpoints.rebuild, ConsumerPath(consumer: "effects"), in: context)
      try await eventually { try await stack.effects() == Array(100..<150) }
      await #expect {
        try await stack.readers.transport.call(FeedEndpoints.rebuild, ConsumerPath(consumer: "x"), in: context)
      } throws: {
        ($0 as? Problem)?.status == 404
      }
    }
  }

  private func lag(
    of stack: NotesStack, until condition: ([ConsumerLag]) -> Bool
  ) async throws -> [ConsumerLag] {
    var lag: [ConsumerLag] = []
    try await eventually {
      lag = try await stack.bus.transport.call(BusEndpoints.lag, in: studio).items
      return condition(lag)
    }
    return lag
  }
}
