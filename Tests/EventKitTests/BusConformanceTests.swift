import BusService
import Contract
import EventKit
import TestKit
import Testing

/// What every driver of ``EventBus`` has to keep, run against each.
@Suite("Every event bus", .serialized)
struct BusConformanceTests {
  enum Driver: String, CaseIterable, CustomTestStringConvertible {
    case memory, http

    var testDescription: String { rawValue }

    func run(_ body: (any EventBus) async throws -> Void) async throws {
      switch self {
      case .memory: try await body(MemoryBus())
      case .http:
        try await withService(BusModule.self) { service in
          try await body(HTTPEventBus(service.transport, service: "notes", timeout: .seconds(60)))
        }
      }
    }
  }

  /// Events `first...last` of a source that still has those from `oldest`.
  private func batch(_ first: Int64, _ last: Int64, epoch: String = "1", oldest: Int64 = 1) throws -> EventBatch {
    let events = try (first...last).map { seq in
      let header = EventHeader(
        id: EventID(at: Timestamp(milliseconds: seq)), source: "/notes", type: NoteAdded.type, subject: "book",
        time: Timestamp(milliseconds: seq), seq: seq, epoch: epoch, traceparent: nil)
      return try Event(header: header, data: JSON.encode(NoteAdded(number: Int(seq), text: "ž"))).json
    }
    return EventBatch(source: "/notes", epoch: epoch, first: first, oldest: oldest, events: events)
  }

  private func numbers(_ page: EventPage) throws -> [Int64] {
    try page.events.map { try Event(json: $0).header.seq }
  }

  @Test("Events come back in order and byte for byte", arguments: Driver.allCases)
  func order(_ driver: Driver) async throws {
    try await driver.run { bus in
      let (first, second) = (try batch(1, 3), try batch(4, 5))
      #expect(try await bus.publish(first) == PublishReceipt(outcome: .accepted, lastHeld: 3))
      #expect(try await bus.publish(second) == PublishReceipt(outcome: .accepted, lastHeld: 5))
      let page = try await bus.read(source: "/notes", after: nil, limit: 100, waiting: .zero)
      #expect(page.epoch == "1")
      #expect(page.events == first.events + second.events)
    }
  }

  @Test("Publishing again, or overlapping, changes nothing that is held", arguments: Driver.allCases)
  func idempotence(_ driver: Driver) async throws {
    try await driver.run { bus in
      for batch in [try batch(1, 5), try batch(1, 5), try batch(2, 3), try batch(4, 8)] {
        #expect(try await bus.publish(batch).outcome == .accepted)
      }
      let page = try await bus.read(source: "/notes", after: nil, limit: 100, waiting: .zero)
      #expect(try numbers(page) == Array(1...8))
      #expect(try await bus.lastHeld(source: "/notes", epoch: "1") == 8)
    }
  }

  @Test("A batch that would leave a gap is refused with what is held", arguments: Driver.allCases)
  func gap(_ driver: Driver) async throws {
    try await driver.run { bus in
      #expect(try await bus.publish(batch(3, 4)) == PublishReceipt(outcome: .gap, lastHeld: 0))
      _ = try await bus.publish(batch(1, 2))
      #expect(try await bus.publish(batch(4, 4)) == PublishReceipt(outcome: .gap, lastHeld: 2))
      #expect(try await bus.lastHeld(source: "/notes", epoch: "1") == 2)
    }
  }

  @Test("A batch from the oldest event its source has is taken in spite of a gap", arguments: Driver.allCases)
  func oldest(_ driver: Driver) async throws {
    try await driver.run { bus in
      #expect(try await bus.publish(batch(10, 12, oldest: 10)).lastHeld == 12)
      let page = try await bus.read(source: "/notes", after: nil, limit: 100, waiting: .zero)
      #expect(try numbers(page) == [10, 11, 12])
    }
  }

  @Test("Reading goes on after a position, up to a limit", arguments: Driver.allCases)
  func positions(_ driver: Driver) async throws {
    try await driver.run { bus in
      _ = try await bus.publish(batch(1, 10))
      let position = EventPosition(epoch: "1", seq: 4)
      let page = try await bus.read(source: "/notes", after: position, limit: 3, waiting: .zero)
      #expect(try numbers(page) == [5, 6, 7])
      let end = EventPosition(epoch: "1", seq: 10)
      #expect(try await bus.read(source: "/notes", after: end, limit: 3, waiting: .zero).events.isEmpty)
      #expect(try await bus.read(source: "/others", after: nil, limit: 3, waiting: .zero).events.isEmpty)
    }
  }

  @Test("Only the newest epoch is read, whatever position is asked from", arguments: Driver.allCases)
  func epochs(_ driver: Driver) async throws {
    try await driver.run { bus in
      _ = try await bus.publish(batch(1, 5))
      _ = try await bus.publish(batch(1, 2, epoch: "2"))
      for position in [nil, EventPosition(epoch: "1", seq: 3), EventPosition(epoch: "2", seq: 0)] {
        let page = try await bus.read(source: "/notes", after: position, limit: 10, waiting: .zero)
        #expect(page.epoch == "2")
        #expect(try numbers(page) == [1, 2])
      }
      #expect(try await bus.lastHeld(source: "/notes", epoch: "1") == 5)
    }
  }

  @Test("Who waits is woken by the next event, long before the wait is over", arguments: Driver.allCases)
  func waking(_ driver: Driver) async throws {
    try await driver.run { bus in
      let start = ContinuousClock.now
      async let page = bus.read(source: "/notes", after: nil, limit: 10, waiting: .seconds(24))
      try await Task.sleep(for: .milliseconds(20))
      _ = try await bus.publish(batch(1, 1))
      #expect(try numbers(await page) == [1])
      #expect(ContinuousClock.now - start < .seconds(20))
    }
  }

  @Test("Sources do not see each other", arguments: Driver.allCases)
  func sources(_ driver: Driver) async throws {
    try await driver.run { bus in
      var other = try batch(1, 3)
      other.source = "/others"
      _ = try await bus.publish(batch(1, 2))
      _ = try await bus.publish(other)
      #expect(try await bus.read(source: "/notes", after: nil, limit: 10, waiting: .zero).events.count == 2)
      #expect(try await bus.read(source: "/others", after: nil, limit: 10, waiting: .zero).events.count == 3)
    }
  }
}
