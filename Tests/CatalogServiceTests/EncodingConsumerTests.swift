import CatalogAPI
import Contract
import EncodingAPI
import EventKit
import StorageKit
import TestKit
import Testing

@testable import CatalogService

private let now = Timestamp(milliseconds: 1_790_000_000_000)

@Suite struct EncodingConsumerTests {
  private let film = TitleID(seed: "sintel")
  private static let tracks = MediaTracks(
    audio: [SoundTrack(language: "en", name: "English", role: .main)],
    subtitles: [
      TextTrack(language: "de", name: "Deutsch", kind: .subtitles, isForced: false, file: "text/de/subtitles.vtt")
    ])

  private func published(
    _ asset: String, seq: Int64, epoch: String = "1", secondsLater: Double = 0, isComplete: Bool? = nil
  ) throws -> Event {
    let header = EventHeader(
      id: EventID(seed: "\(epoch) \(seq)"), source: "/encoding", type: AssetPublished.type,
      subject: film.description, time: now.adding(seconds: secondsLater), seq: seq, epoch: epoch, traceparent: nil)
    let body = AssetPublished(
      assetId: AssetID(seed: asset), titleId: film, jobId: JobID(seed: "job"), durationSeconds: 888.5, maxHeight: 1080,
      isComplete: isComplete, tracks: Self.tracks)
    return try Event(header: header, data: JSON.encode(body))
  }

  private func withdrawn(_ asset: String, seq: Int64) throws -> Event {
    let header = EventHeader(
      id: EventID(seed: "w \(seq)"), source: "/encoding", type: AssetWithdrawn.type, subject: film.description,
      time: now, seq: seq, epoch: "1", traceparent: nil)
    let body = AssetWithdrawn(assetId: AssetID(seed: asset), titleId: film, jobId: JobID(seed: "job"))
    return try Event(header: header, data: JSON.encode(body))
  }

  @Test("A film's beginning makes it playable, its whole takes that place, whichever is told first and however often")
  func grows() async throws {
    for order in [[1, 2], [2, 1], [1, 1, 2, 1, 2]] {
      try await withStore { store in
        try await store.add("sintel")
        for seq in order { try await store.apply(published("a", seq: Int64(seq), isComplete: seq == 2)) }
        #expect(try store.title(film)?.video?.assetId == AssetID(seed: "a"))
        // Of a later epoch, as after a restore: the whole film is still the last word.
        try await store.apply(published("a", seq: 1, epoch: "2", secondsLater: 5, isComplete: false))
        try await store.apply(withdrawn("b", seq: 9))
        #expect(try store.title(film)?.video != nil)
        let before = try store.told().count
        try await store.apply(published("b", seq: 5, isComplete: false))
        #expect(try store.told().count == before)
      }
    }
  }

  @Test("The beginning of another film does not take the place of a whole one; that film's whole does")
  func keepsWhole() async throws {
    try await withStore { store in
      try await store.add("sintel")
      try await store.apply(published("first", seq: 1))
      try await store.apply(published("second", seq: 2, isComplete: false))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "first"))
      try await store.apply(withdrawn("second", seq: 3))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "first"))
      try await store.apply(published("second", seq: 4, isComplete: true))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "second"))
    }
  }

  @Test("A withdrawn beginning is not playable any more, whichever is told first, and may be published again")
  func withdraws() async throws {
    for order in [[1, 2], [2, 1], [1, 2, 2, 1]] {
      try await withStore { store in
        try await store.add("sintel")
        for seq in order {
          try await store.apply(seq == 1 ? published("a", seq: 1, isComplete: false) : withdrawn("a", seq: 2))
        }
        #expect(try store.title(film)?.video == nil)
        #expect(try store.told().last?.video == nil)
        try await store.apply(published("a", seq: 3, isComplete: true))
        #expect(try store.title(film)?.video?.assetId == AssetID(seed: "a"))
      }
    }
  }

  @Test("A published asset makes its title playable and tells so once, however often it is told")
  func setsVideo() async throws {
    try await withStore { store in
      try await store.add("sintel")
      let event = try published("a", seq: 1)
      for _ in 1...3 { try await store.apply(event) }
      let video = try #require(try store.title(film)?.video)
      #expect(
        video
          == PlayableVideo(assetId: AssetID(seed: "a"), durationSeconds: 888.5, maxHeight: 1080, tracks: Self.tracks))
      #expect(try store.told().map(\.video?.assetId) == [nil, AssetID(seed: "a")])
    }
  }

  @Test("A newer asset replaces an older one, an older one that comes late changes nothing")
  func keepsNewest() async throws {
    try await withStore { store in
      try await store.add("sintel")
      try await store.apply(published("first", seq: 1))
      try await store.apply(published("second", seq: 5, secondsLater: -10))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "second"))
      try await store.apply(published("late", seq: 4, secondsLater: 90))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "second"))
      // After a new epoch numbers begin anew, and time decides.
      try await store.apply(published("first", seq: 1, epoch: "2", secondsLater: -20))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "second"))
      try await store.apply(published("third", seq: 2, epoch: "2", secondsLater: 60))
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "third"))
      #expect(try store.told().count == 4)
    }
  }

  @Test("An asset that comes before its title waits for it")
  func waitsForTitle() async throws {
    try await withStore { store in
      try await store.apply(published("a", seq: 1))
      #expect(try store.told().isEmpty)
      try await store.add("sintel")
      #expect(try store.title(film)?.video?.assetId == AssetID(seed: "a"))
      #expect(try store.told().map(\.video?.assetId) == [AssetID(seed: "a")])
    }
  }

  @Test("An event of another type changes nothing")
  func ignoresOthers() async throws {
    try await withStore { store in
      try await store.add("sintel")
      let header = EventHeader(
        id: EventID(seed: "x"), source: "/encoding", type: JobFailed.type, subject: film.description, time: now,
        seq: 1, epoch: "1", traceparent: nil)
      let body = JobFailed(jobId: JobID(seed: "job"), titleId: film, reason: "no video stream")
      try await store.apply(Event(header: header, data: JSON.encode(body)))
      #expect(try store.told().count == 1)
    }
  }
}

/// The store with its database, without a process around it.
private struct StoreUnderTest {
  let database: ServiceDatabase
  let titles = TitleStore(outbox: Outbox(source: "/catalog", clock: WallClock { now }))

  func add(_ key: String) async throws {
    let draft = try TitleDraft(NewTitle(key: key, name: key, year: 2010, maturity: .all), at: now)
    let titles = titles
    _ = try await database.write { db in try titles.add(draft, trace: nil, in: db) }
  }

  func apply(_ event: Event) async throws {
    let consumer = EncodingConsumer(titles: titles)
    try await database.write { db in try consumer.apply(event, in: db) }
  }

  func title(_ id: TitleID) throws -> Title? {
    try database.read { db in try titles.title(id, in: db) }
  }

  /// The titles told of in the outbox, in order.
  func told() throws -> [Title] {
    let batch = try database.read { db in try titles.outbox.batch(after: 0, limit: 100, in: db) }
    return try batch.events.compactMap { try Event(json: $0).body(TitleChanged.self)?.title }
  }
}

private func withStore(_ body: (StoreUnderTest) async throws -> Void) async throws {
  try await withTemporaryFolder("catalog") { folder in
    let database = try ServiceDatabase(
      path: "\(folder)/catalog.db", migrations: CatalogSchema.migrations, durability: .normal)
    defer { database.close() }
    try await body(StoreUnderTest(database: database))
  }
}
