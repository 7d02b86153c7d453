import Contract
import StorageKit
import Synchronization
import TestKit
import Testing

@testable import EventKit

@Suite("Failing events")
struct DeadLetterTests {
  struct Indigestible: Error {}

  /// Refuses the numbers it is told to.
  final class Stomach: Sendable {
    private let refused: Mutex<Set<Int>>
    private let attempts = Mutex(0)

    init(refuses numbers: Set<Int>) { refused = Mutex(numbers) }

    func recover() { refused.withLock { $0 = [] } }
    var attemptCount: Int { attempts.withLock { $0 } }

    func apply(_ event: Event, in session: SQLSession) throws {
      try applyNote(event, in: session)  // undone by the throw
      let number = try event.body(NoteAdded.self)?.number ?? 0
      if refused.withLock({ $0.contains(number) }) {
        attempts.withLock { $0 += 1 }
        throw Indigestible()
      }
    }
  }

  @Test("An event that fails at first is tried again, and those behind it follow in order")
  func retry() async throws {
    try await withStage { source, bus, effects in
      let stomach = Stomach(refuses: [2])
      var settings = quickSettings
      settings.retryDelays = Array(repeating: .milliseconds(30), count: 5)
      let consumer = makeConsumer(
        of: source, over: bus, into: effects, settings: settings, apply: { try stomach.apply($0, in: $1) })
      try await running([source.relay(to: bus), consumer]) {
        try await source.add(1...4)
        try await eventually { stomach.attemptCount >= 2 }
        #expect(try effects.effects() == [1])
        stomach.recover()
        try await eventually { try effects.effects().count == 4 }
        try await source.add(5...6)
        try await eventually { try effects.effects().count == 6 }
      }
      #expect(try effects.effects() == [1, 2, 3, 4, 5, 6])
      #expect(bus.letters.isEmpty)
    }
  }

  @Test("A poison event is given up after five retries; its subject is parked while the others flow")
  func poison() async throws {
    try await withStage { source, bus, effects in
      let stomach = Stomach(refuses: [1])
      let consumer = makeConsumer(
        of: source, over: bus, into: effects, apply: { try stomach.apply($0, in: $1) })
      try await running([source.relay(to: bus), consumer]) {
        try await source.add(1...3, subject: "poisoned")
        try await source.add(10...19, subject: "healthy")
        try await eventually { try effects.effects(of: "healthy").count == 10 }
        try await eventually { bus.letters.count == 1 && bus.lastReport?.deadLetters.count == 1 }
        #expect(stomach.attemptCount == 6)
        try await source.add(4...4, subject: "poisoned")
        try await source.add(20...20, subject: "healthy")
        try await eventually { try effects.effects(of: "healthy").count == 11 }
      }
      #expect(try effects.effects(of: "poisoned").isEmpty)
      #expect(bus.letters[0].subject == "poisoned" && bus.letters[0].seq == 1)
      #expect(bus.letters[0].error.contains("Indigestible"))
      #expect(stomach.attemptCount == 6)
    }
  }

  @Test("Redriven, a dead letter and what is parked behind it take effect in order, also after a restart")
  func redrive() async throws {
    try await withStage { source, bus, effects in
      let stomach = Stomach(refuses: [1])
      func consumer() -> Consumer {
        makeConsumer(of: source, over: bus, into: effects, apply: { try stomach.apply($0, in: $1) })
      }
      try await running([source.relay(to: bus), consumer()]) {
        try await source.add(1...20)
        try await eventually { bus.lastReport?.deadLetters.count == 1 }
      }
      stomach.recover()
      try await running([source.relay(to: bus), consumer()]) {
        try await eventually { bus.lastReport?.deadLetters.count == 1 }
        #expect(try effects.effects().isEmpty)
        bus.redriveAll()
        try await eventually { try effects.effects().count == 20 }
        try await source.add(21...21)
        try await eventually { try effects.effects().count == 21 }
        try await eventually { bus.lastReport?.deadLetters.isEmpty == true }
      }
      #expect(try effects.effects() == Array(1...21))
    }
  }

  @Test("Redriven in vain, it is a dead letter again and stays one")
  func redriveInVain() async throws {
    try await withStage { source, bus, effects in
      let stomach = Stomach(refuses: [1])
      let consumer = makeConsumer(
        of: source, over: bus, into: effects, apply: { try stomach.apply($0, in: $1) })
      try await running([source.relay(to: bus), consumer]) {
        try await source.add(1...2)
        try await eventually { bus.lastReport?.deadLetters.count == 1 }
        let before = stomach.attemptCount
        bus.redriveAll()
        try await eventually { stomach.attemptCount > before }
        try await eventually { bus.lastReport?.deadLetters.count == 1 }
      }
      #expect(try effects.effects().isEmpty)
      #expect(bus.letters.count == 1)
    }
  }

  @Test("While the bus is away a hopeless event waits, and is reported once it is back")
  func busAway() async throws {
    try await withStage { source, bus, effects in
      let stomach = Stomach(refuses: [1])
      let consumer = makeConsumer(
        of: source, over: bus, into: effects, apply: { try stomach.apply($0, in: $1) })
      try await source.add(1...2)
      _ = try await bus.publish(try source.batch())
      try await running([consumer]) {
        try await eventually { stomach.attemptCount >= 1 }
        bus.set { $0.isAway = true }
        try await eventually { stomach.attemptCount == 6 }
        bus.set { $0.isAway = false }
        try await eventually { bus.letters.count == 1 }
      }
      #expect(stomach.attemptCount == 6)
    }
  }

  @Test("A full disk is no fault of the event: nothing is parked, and it goes on when there is space")
  func fullDisk() async throws {
    try await withStage { source, bus, effects in
      let disk = Disk()
      let careful = makeConsumer(of: source, over: bus, into: effects) { event, session in
        if disk.isFull { throw StorageError.full }
        try applyNote(event, in: session)
      }
      try await running([source.relay(to: bus), careful]) {
        try await source.add(1...5)
        try await eventually { disk.refusals >= 3 }
        disk.free()
        try await eventually { try effects.effects().count == 5 }
      }
      let parked = try effects.read(ConsumerStore(consumer: "effects").parkedCount)
      #expect(parked == 0 && bus.letters.isEmpty)
    }
  }

  final class Disk: Sendable {
    private let state = Mutex((isFull: true, refusals: 0))

    var isFull: Bool {
      state.withLock { state in
        if state.isFull { state.refusals += 1 }
        return state.isFull
      }
    }
    var refusals: Int { state.withLock { $0.refusals } }
    func free() { state.withLock { $0.isFull = false } }
  }
}
