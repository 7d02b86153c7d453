import Contract
import SecurityKit
import StorageKit
import Synchronization
import TestKit
import Testing

@testable import EventKit

/// An event that tells of a person. Its subject is the notebook.
private struct DiaryWritten: PersonalEventBody, Equatable {
  static let type = "notes.diary.written.v1"
  var number: Int
  var text: String?

  func withoutPersonalData() -> DiaryWritten { DiaryWritten(number: number, text: nil) }
}

/// Accounts in memory: gives keys, can be away, can erase.
private final class KeyOffice: EventKeyring {
  private let keys = Mutex<[AccountID: SealingKey]>([:])
  let isAway = Mutex(false)
  let questions = Mutex(0)

  func sealingKey(of account: AccountID, in session: SQLSession) throws -> SealingKey? {
    keys.withLock { $0[account] }
  }

  func open(_ account: AccountID) { keys.withLock { $0[account] = .random() } }
  func erase(_ account: AccountID) { keys.withLock { $0[account] = nil } }

  var transport: StubTransport {
    StubTransport { [self] request in
      if isAway.withLock({ $0 }) { throw TransportError.unreachable(upstream: "accounts", reason: "away") }
      questions.withLock { $0 += 1 }
      let asked = try JSON.decode(EventKeysQuestion.self, from: request.body).accounts
      let known = keys.withLock { keys in asked.compactMap { account in keys[account].map { (account, $0.bytes) } } }
      return try .json(EventKeysAnswer(known))
    }
  }
}

@Suite("Sealed events")
struct SealedEventTests {
  private let vera = AccountID(seed: "vera")
  private let nell = AccountID(seed: "nell")
  private let office = KeyOffice()

  init() {
    office.open(vera)
    office.open(nell)
  }

  private func write(_ number: Int, of account: AccountID, to source: NoteSource, text: String = "secret") async throws
  {
    let outbox = Outbox(source: "/notes", clock: .system, keys: office)
    _ = try await source.database.write { db in
      try outbox.append(DiaryWritten(number: number, text: text), of: account, subject: "book", in: db)
    }
  }

  private func reader(of source: NoteSource, over bus: MemoryBus, into database: ServiceDatabase) -> Consumer {
    makeConsumer(
      of: source, over: bus, into: database, keys: EventKeys(accounts: office.transport, caller: "readers")
    ) { event, db in
      guard let diary = try event.body(DiaryWritten.self) else { return try applyNote(event, in: db) }
      try db.execute(
        "INSERT INTO effect (subject, number, text) VALUES (?, ?, ?)", event.header.subject, diary.number,
        diary.text ?? "nothing")
    }
  }

  private func texts(_ database: ServiceDatabase) throws -> [String] {
    try database.read { try $0.rows("SELECT text FROM effect ORDER BY position LIMIT 1000") { $0.text(0) } }
  }

  @Test("What is personal is nowhere in the event, and whoever has the key reads all of it")
  func seals() async throws {
    try await withStage { source, bus, effects in
      try await write(1, of: vera, to: source)
      let json = try #require(try source.batch().events.first)
      #expect(!String(decoding: json, as: UTF8.self).contains("secret"))
      let event = try Event(json: json)
      #expect(event.header.account == vera)
      #expect(try event.body(DiaryWritten.self) == DiaryWritten(number: 1, text: nil))
      try await running([source.relay(to: bus), reader(of: source, over: bus, into: effects)]) {
        try await eventually { try texts(effects) == ["secret"] }
      }
    }
  }

  @Test("Events of an erased account are taken as done, and those behind them follow")
  func erased() async throws {
    try await withStage { source, bus, effects in
      try await write(1, of: vera, to: source)
      try await write(2, of: nell, to: source, text: "kept")
      try await write(3, of: vera, to: source)
      office.erase(vera)
      // After the erasure there is no key to seal with either.
      try await write(4, of: vera, to: source)
      try await source.add(5...5)
      try await running([source.relay(to: bus), reader(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects() == [2, 5] }
      }
      #expect(bus.letters.isEmpty)
      #expect(!source.database.path.isEmpty)
    }
  }

  @Test("The keys of all accounts of a batch are asked for in one question")
  func oneQuestion() async throws {
    try await withStage { source, bus, effects in
      for number in 1...20 {
        let account = AccountID(seed: "account \(number)")
        office.open(account)
        try await write(number, of: account, to: source)
      }
      try await running([source.relay(to: bus)]) { try await eventually { bus.heldCount == 20 } }
      try await running([reader(of: source, over: bus, into: effects)]) {
        try await eventually { try effects.effects() == Array(1...20) }
      }
      #expect(office.questions.withLock { $0 } == 1)
    }
  }

  @Test("While accounts is away a reader waits, and loses and gives up nothing")
  func away() async throws {
    try await withStage { source, bus, effects in
      office.isAway.withLock { $0 = true }
      try await write(1, of: vera, to: source)
      try await write(2, of: nell, to: source)
      try await running([source.relay(to: bus), reader(of: source, over: bus, into: effects)]) {
        try await eventually { bus.lastReport != nil }
        #expect(try effects.effects().isEmpty)
        office.isAway.withLock { $0 = false }
        try await eventually { try effects.effects() == [1, 2] }
      }
      #expect(bus.letters.isEmpty)
    }
  }

  @Test("An event that is parked for a while is opened when its turn comes")
  func parked() async throws {
    try await withStage { source, bus, effects in
      let isBroken = Mutex(true)
      try await write(1, of: vera, to: source)
      try await write(2, of: vera, to: source)
      let consumer = makeConsumer(
        of: source, over: bus, into: effects, keys: EventKeys(accounts: office.transport, caller: "readers")
      ) { event, db in
        guard let diary = try event.body(DiaryWritten.self) else { return }
        struct Broken: Error {}
        let wasBroken = isBroken.withLock { state in
          defer { state = false }
          return state
        }
        if wasBroken { throw Broken() }
        try db.execute(
          "INSERT INTO effect (subject, number, text) VALUES ('book', ?, ?)", diary.number, diary.text ?? "nothing")
      }
      try await running([source.relay(to: bus), consumer]) {
        try await eventually { try texts(effects) == ["secret", "secret"] }
      }
    }
  }

  @Test("A sealed part that was moved to another event does not open")
  func moved() async throws {
    try await withStage { source, _, _ in
      try await write(1, of: vera, to: source)
      let key = try #require(try source.database.read { try office.sealingKey(of: vera, in: $0) })
      let event = try Event(json: try #require(try source.batch().events.first))
      #expect(try EventSeal.open(event, with: key)?.body(DiaryWritten.self)?.text == "secret")
      var header = event.header
      header.seq += 1
      let sealed = try #require(try event.sealedBody())
      let moved = try Event(header: header, data: Array(#"{"number":1,"sealed":"\#(sealed)"}"#.utf8))
      #expect(throws: EventSealError.self) { try EventSeal.open(moved, with: key) }
    }
  }

  @Test("A body that tells of a person cannot be appended without saying of which account")
  func unsealed() async throws {
    try await withStage { source, _, _ in
      await #expect(throws: OutboxError.self) {
        try await source.database.write { [outbox = source.outbox] db in
          try outbox.append(DiaryWritten(number: 1, text: "secret"), subject: "book", in: db)
        }
      }
    }
  }
}
