import Contract
import StorageKit
import Synchronization
import TestKit
import Testing

@testable import EventKit

@Suite("View feed")
struct ViewFeedTests {
  /// A view that counts what it is told.
  final class View: Sendable {
    private let state = Mutex((numbers: [Int](), resets: 0))

    var numbers: [Int] { state.withLock { $0.numbers } }
    var resets: Int { state.withLock { $0.resets } }

    func reset(_ lines: [[UInt8]]) throws {
      let numbers = try lines.map { try JSON.decode(NoteAdded.self, from: $0).number }
      state.withLock { $0 = (numbers, $0.resets + 1) }
    }
    func apply(_ event: Event) throws {
      guard let note = try event.body(NoteAdded.self) else { return }
      state.withLock { $0.numbers.append(note.number) }
    }
  }

  /// The source's whole outbox as its snapshot.
  private func makeFeed(_ source: NoteSource, _ bus: MemoryBus, _ view: View) -> ViewFeed {
    let feed = source.feed(snapshot: {
      let events = (try? source.batch().events) ?? []
      return events.compactMap { try? JSON.encode(Event(json: $0).body(NoteAdded.self)) }
    })
    return ViewFeed(
      name: "notes", source: "/notes", bus: bus, feed: SourceFeed(feed, caller: "gateway"), settings: quickSettings,
      logger: quietLogger, reset: { try view.reset($0.lines) }, apply: { try view.apply($0) })
  }

  @Test("Snapshot first, then each event once and in order")
  func follows() async throws {
    try await withStage { source, bus, _ in
      try await source.add(1...10)
      let view = View()
      let feed = makeFeed(source, bus, view)
      #expect(!feed.isCaughtUp)
      try await running([source.relay(to: bus), feed]) {
        try await eventually { feed.isCaughtUp }
        #expect(view.numbers == Array(1...10))
        try await source.add(11...20)
        try await eventually { view.numbers.count == 20 }
      }
      #expect(view.numbers == Array(1...20) && view.resets == 1)
    }
  }

  @Test("A gap and a flipped bit are mended from the source; a new epoch loads the view anew")
  func mends() async throws {
    try await withStage { source, bus, _ in
      bus.set {
        $0.lost = [3]
        $0.flipped = [5]
      }
      let view = View()
      try await running([source.relay(to: bus), makeFeed(source, bus, view)]) {
        try await eventually { view.resets == 1 }
        for number in 1...8 { try await source.add(number...number) }
        try await eventually { view.numbers == Array(1...8) }
        try await source.database.write { [outbox = source.outbox] in try outbox.beginEpoch(in: $0) }
        try await source.add(101...102)
        try await eventually { view.numbers == [101, 102] }
      }
    }
  }

  @Test("While the bus is away the source's own feed serves")
  func busAway() async throws {
    try await withStage { source, bus, _ in
      bus.set { $0.isAway = true }
      let view = View()
      try await running([makeFeed(source, bus, view)]) {
        try await eventually { view.resets == 1 }
        try await source.add(1...5)
        try await eventually { view.numbers == Array(1...5) }
      }
    }
  }
}
