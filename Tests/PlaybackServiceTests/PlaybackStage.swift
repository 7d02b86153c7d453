import AccountsAPI
import CatalogAPI
import ConfigKit
import Contract
import Logging
import PlaybackAPI
import PlaybackService
import SecurityKit
import StorageKit
import Synchronization
import TestKit

@testable import EventKit

/// Playback over a real SQLite file, with a time that passes when the test says so.
struct PlaybackStage: Sendable {
  let time = ManualTime()
  let database: ServiceDatabase
  let playback: PlaybackParts
  let settings: PlaybackSettings
  let keys: StackKeys
  private let outbox: Outbox
  let sealing = OneKey()

  static let film = TitleID(seed: "film")
  static let series = TitleID(seed: "not encoded yet")
  static let grim = TitleID(seed: "for adults")
  static let asset = AssetID(seed: "asset")
  static let durationSeconds = 600.0
  static let account = AccountID(seed: "account")
  static let viewer = viewer("profile")

  static func viewer(
    _ profile: String, account: AccountID = account, login: String = "login", limit: MaturityRating = .twelve,
    place: Audience.Place = .unknown
  ) -> PlaybackViewer {
    PlaybackViewer(
      account: account, profile: ProfileID(seed: profile), loginSession: LoginSessionID(seed: login),
      maturityLimit: limit, place: place)
  }

  init(folder: String, settings overrides: [String: String] = [:], keys: StackKeys = .ephemeral()) throws {
    let environment = Dictionary(
      uniqueKeysWithValues: overrides.map { (SettingsReader.prefix + $0.key, $0.value) })
    settings = try PlaybackSettings(SettingsReader(environment: environment))
    self.keys = keys
    database = try ServiceDatabase(path: "\(folder)/playback.db", migrations: PlaybackSchema.all, clock: time.clock)
    outbox = Outbox(source: "/playback", clock: time.clock, keys: sealing)
    playback = PlaybackParts(
      settings: settings, database: database, outbox: outbox, keys: keys, clock: time.clock,
      logger: Logger(label: "test"), monotonicNow: time.monotonic)
    try playback.grantLeasesAnew()
  }

  /// What catalog would have told.
  func knowTitles() async throws {
    try await database.write { db in
      for (id, maturity, isEncoded) in [
        (Self.film, MaturityRating.seven, true), (Self.series, .all, false), (Self.grim, .eighteen, true),
      ] {
        let video = KnownTitle.Video(asset: Self.asset, durationSeconds: Self.durationSeconds)
        try TitleStore.put(KnownTitle(maturity: maturity, video: isEncoded ? video : nil), as: id, in: db)
      }
    }
  }

  // MARK: - What players do

  func start(
    _ title: TitleID = film, by viewer: PlaybackViewer = viewer, key: String? = nil, maxHeight: Int? = nil
  ) async throws -> PlaybackSession {
    let request = StartPlayback(titleId: title, device: .init(kind: .web, maxHeight: maxHeight))
    let answer = try await playback.starting.start(request, by: viewer, idempotencyKey: key, trace: nil)
    return try JSON.decode(PlaybackSession.self, from: answer)
  }

  @discardableResult
  func beat(
    _ session: PlaybackSession, at positionSeconds: Double, _ state: PlayerState = .playing,
    account: AccountID = account
  ) async throws -> HeartbeatOutcome {
    try await playback.heartbeats.record(
      Heartbeat(positionSeconds: positionSeconds, state: state), of: session.id, account: account, trace: nil)
  }

  func stop(_ session: PlaybackSession, account: AccountID = account) async throws {
    try await playback.stopping.stop(session.id, of: account, trace: nil)
  }

  func hear<Body: EventBody>(_ body: Body, from source: String, subject: String) async throws {
    let header = EventHeader(
      id: EventID(at: time.now), source: source, type: Body.type, subject: subject, time: time.now, seq: 1,
      epoch: "test", traceparent: nil)
    let event = try Event(header: header, data: JSON.encode(body))
    let accounts = playback.accounts
    try await database.write { db in
      if source == "/catalog" {
        try CatalogConsumer.apply(event, at: time.now, in: db)
      } else {
        try accounts.apply(event, in: db)
      }
    }
  }

  // MARK: - What can be seen

  /// Everything playback has told, in order.
  func told() throws -> [Event] {
    try database.read { db in try outbox.batch(after: 0, limit: 256, in: db) }.events.map { try Event(json: $0) }
  }

  func told<Body: EventBody>(_ type: Body.Type) throws -> [Body] {
    try told().compactMap { event in
      guard let sealed = try event.sealedBody() else { return try event.body(type) }
      // The same bytes as other services get; opened as they would.
      return try sealing.open(event, sealed).body(type)
    }
  }

  func history(of viewer: PlaybackViewer = viewer) throws -> [HistoryEntry] {
    try database.read { db in
      try ViewingStore.history(
        of: viewer.profile, for: viewer.audience(at: time.now), after: nil, limit: 100, in: db
      ).map(\.entry)
    }
  }
}

func withStage(
  settings: [String: String] = [:], _ body: (PlaybackStage) async throws -> Void
) async throws {
  try await withTemporaryFolder("playback") { folder in
    let stage = try PlaybackStage(folder: folder, settings: settings)
    try await stage.knowTitles()
    try await body(stage)
    stage.database.close()
  }
}

/// The same key for every account; none once it is dropped.
final class OneKey: EventKeyring {
  private let key = Mutex<SealingKey?>(.random())

  func drop() { key.withLock { $0 = nil } }

  func sealingKey(of account: AccountID, in session: SQLSession) throws -> SealingKey? { key.withLock { $0 } }

  func open(_ event: Event, _ sealed: String) throws -> Event {
    struct Closed: Error {}
    guard let key = key.withLock({ $0 }), let opened = try EventSeal.open(event, with: key) else { throw Closed() }
    return opened
  }
}
