import Contract
import StorageKit
import TestKit
import Testing

@testable import EventKit

@Suite("Outbox relay")
struct RelayTests {
  @Test("Events reach the bus in order, in batches that are not too large")
  func order() async throws {
    try await withStage { source, bus, _ in
      try await source.add(1...600)
      try await running([source.relay(to: bus)]) {
        try await eventually { try await bus.lastHeld(of: source) == 600 }
        try await source.add(601...650)
        try await eventually { try await bus.lastHeld(of: source) == 650 }
      }
      #expect(bus.publishedBatches.allSatisfy { $0.events.count <= EventLimits.batchCount })
      #expect(bus.publishedBatches.map(\.first).sorted() == bus.publishedBatches.map(\.first))
    }
  }

  @Test("While the bus is away writing goes on, and nothing is skipped when it is back")
  func busAway() async throws {
    try await withStage { source, bus, _ in
      bus.set { $0.isAway = true }
      let relay = source.relay(to: bus)
      try await running([relay]) {
        for number in 1...20 { try await source.add(number...number) }
        bus.set { $0.isAway = false }
        try await eventually { try await bus.lastHeld(of: source) == 20 }
      }
    }
  }

  @Test("A bus that lost its log is filled again")
  func refill() async throws {
    try await withStage { source, bus, _ in
      try await running([source.relay(to: bus)]) {
        try await source.add(1...300)
        try await eventually { try await bus.lastHeld(of: source) == 300 }
        bus.loseEverything()
        try await eventually { try await bus.lastHeld(of: source) == 300 }
        bus.loseEverything()
        try await source.add(301...301)
        try await eventually { try await bus.lastHeld(of: source) == 301 }
      }
      let page = try await bus.read(source: "/notes", after: nil, limit: 1000, waiting: .zero)
      #expect(page.events.count == 301)
    }
  }

  @Test("A bus that lost more than the outbox still has gets what there is")
  func refillPastRetention() async throws {
    try await withStage { source, bus, _ in
      try await source.add(1...100)
      try await source.database.write { [outbox = source.outbox] in
        _ = try outbox.prune(before: Timestamp(milliseconds: .max), upTo: 40, limit: 100, in: $0)
      }
      try await running([source.relay(to: bus)]) {
        try await eventually { try await bus.lastHeld(of: source) == 100 }
      }
      let page = try await bus.read(source: "/notes", after: nil, limit: 1000, waiting: .zero)
      #expect(page.events.count == 60)
    }
  }

  @Test("A source put back from an old copy begins a new epoch instead of giving numbers twice")
  func putBack() async throws {
    try await withStage { source, bus, _ in
      try await source.add(1...10)
      let old = try source.batch()
      var ahead = old
      ahead.events += old.events  // as if 20 had been published before the copy was put back
      _ = try await bus.publish(ahead)
      try await running([source.relay(to: bus)]) {
        try await eventually { try source.batch().epoch != old.epoch }
        try await source.add(1...3)
        try await eventually { try await bus.lastHeld(of: source) == 3 }
      }
      #expect(try source.batch().epoch > old.epoch)
    }
  }

  @Test("On the way out the relay hands over what is left")
  func lastEvents() async throws {
    try await withStage { source, bus, _ in
      var settings = quickSettings
      settings.headCheckInterval = .seconds(60)
      bus.set { $0.isAway = true }
      settings.firstBackoff = .seconds(60)
      settings.longestBackoff = .seconds(60)
      try await running([source.relay(to: bus, settings: settings)]) {
        try await source.add(1...5)
        bus.set { $0.isAway = false }
      }
      #expect(try await bus.lastHeld(of: source) == 5)
    }
  }
}

extension MemoryBus {
  func lastHeld(of source: NoteSource) async throws -> Int64 {
    try await lastHeld(source: "/notes", epoch: try source.batch().epoch)
  }
}
