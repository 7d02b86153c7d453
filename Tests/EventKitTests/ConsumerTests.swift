import Contract
import Dispatch
import StorageKit
import Synchronization
import TestKit
import Testing

@testable import EventKit

@Suite("Consumer")
struct ConsumerTests {
  @Test("Every event has its effect once, in order, also across a restart")
  func once() async throws {
    try await withStage { source, bus, effects in
      let relay = source.relay(to: bus)
      try await source.add(1...300)
      try await running([relay, makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects().count == 300 }
      }
      try await source.add(301...400)
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects().count == 400 }
      }
      #expect(try effects.effects() == Array(1...400))
    }
  }

  @Test("While far behind, what comes next is read before what was read is written")
  func readsAhead() async throws {
    try await withStage { source, bus, effects in
      let hasRead = DispatchSemaphore(value: 0)
      let wasAhead = Mutex<Bool?>(nil)
      bus.onRead { if $0?.seq == 10 { hasRead.signal() } }
      try await source.add(1...35)
      var settings = quickSettings
      settings.batchCount = 10
      let consumer = makeConsumer(of: source, over: bus, into: effects, settings: settings) { event, db in
        if event.header.seq == 10 {
          let outcome = hasRead.wait(timeout: .now() + 20)
          wasAhead.withLock { $0 = outcome == .success }
        }
        try applyNote(event, in: db)
      }
      try await running([source.relay(to: bus)]) { try await eventually { bus.heldCount == 35 } }
      try await running([consumer]) { try await eventually { try effects.effects() == Array(1...35) } }
      #expect(wasAhead.withLock { $0 } == true)
    }
  }

  @Test("Duplicates change nothing")
  func duplicates() async throws {
    try await withStage { source, bus, effects in
      bus.set { $0.copies = 3 }
      try await source.add(1...100)
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects().last == 100 }
      }
      #expect(try effects.effects() == Array(1...100))
    }
  }

  @Test("A gap is filled from the source's own feed")
  func gap() async throws {
    try await withStage { source, bus, effects in
      bus.set { $0.lost = [1, 7, 8, 50] }
      try await source.add(1...60)
      let feed = source.feed()
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects, feed: feed)]) {
        try await eventually { try effects.effects().last == 60 }
      }
      #expect(try effects.effects() == Array(1...60))
      #expect(!feed.requests.isEmpty)
    }
  }

  @Test("A flipped bit is found by the checksum and the event fetched anew")
  func flippedBit() async throws {
    try await withStage { source, bus, effects in
      bus.set { $0.flipped = [3, 20] }
      try await source.add(1...40, text: "whole")
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects().last == 40 }
      }
      #expect(try effects.effects() == Array(1...40))
      let texts = try effects.read { try $0.rows("SELECT DISTINCT text FROM effect LIMIT 10") { $0.text(0) } }
      #expect(texts == ["whole"])
    }
  }

  @Test("Two consumers of one name over one database do not double an effect")
  func twins() async throws {
    try await withStage { source, bus, effects in
      let twins = (0..<2).map { _ in makeConsumer(of: source, over: bus, into: effects) }
      try await running([source.relay(to: bus)] + twins) {
        for number in 1...100 { try await source.add(number...number) }
        try await eventually { try effects.effects().last == 100 }
      }
      #expect(try effects.effects() == Array(1...100))
    }
  }

  @Test("A new epoch is taken from its first event")
  func newEpoch() async throws {
    try await withStage { source, bus, effects in
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects)]) {
        try await source.add(1...10)
        try await eventually { try effects.effects().count == 10 }
        try await source.database.write { [outbox = source.outbox] in try outbox.beginEpoch(in: $0) }
        try await source.add(101...105)
        try await eventually { try effects.effects().last == 105 }
      }
      #expect(try effects.effects() == Array(1...10) + Array(101...105))
    }
  }

  @Test("A bus that still has an older epoch than the source does not send the consumer in circles")
  func staleBus() async throws {
    try await withStage { source, bus, effects in
      try await source.add(1...5)
      let stale = try source.batch()
      try await source.database.write { [outbox = source.outbox] in try outbox.beginEpoch(in: $0) }
      try await source.add(101...103)
      _ = try await bus.publish(try source.batch())
      try await running([makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects().last == 103 }
        bus.loseEverything()
        _ = try await bus.publish(stale)
        try await source.add(104...105)
        try await eventually { try effects.effects().last == 105 }
      }
      #expect(try effects.effects() == Array(101...105))
    }
  }

  @Test("The bus hears how far a consumer is")
  func report() async throws {
    try await withStage { source, bus, effects in
      try await source.add(1...10)
      try await running([source.relay(to: bus), makeConsumer(of: source, over: bus, into: effects)]) {
        try await eventually { bus.lastReport?.positions.first?.seq == 10 }
      }
      #expect(bus.lastReport?.positions.map(\.source) == ["/notes"])
    }
  }
}
