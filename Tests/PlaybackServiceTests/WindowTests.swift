import CatalogAPI
import Contract
import PlaybackAPI
import PlaybackService
import SecurityKit
import StorageKit
import TestKit
import Testing

@Suite("Windows and territories")
struct WindowTests {
  private func set(_ availability: Availability, _ stage: PlaybackStage) async throws {
    try await stage.database.write { db in
      let video = KnownTitle.Video(asset: PlaybackStage.asset, durationSeconds: PlaybackStage.durationSeconds)
      try TitleStore.put(
        KnownTitle(maturity: .seven, availability: availability, video: video), as: PlaybackStage.film, in: db)
    }
  }

  private func viewer(in country: String) throws -> PlaybackViewer {
    PlaybackStage.viewer("profile", place: .territory(try #require(Territory(country))))
  }

  @Test("What catalog told of when and where a title may be shown is kept as it was told")
  func consumes() async throws {
    try await withStage { stage async throws in
      let german = try #require(Territory("DE"))
      for availability in [
        Availability(from: stage.time.now, until: stage.time.now.adding(seconds: 1), territories: [german]),
        Availability(until: stage.time.now), .unbounded,
      ] {
        let title = Title(
          id: PlaybackStage.film, kind: .film, name: "Film", year: 2020, synopsis: "", language: "en", countries: [],
          maturity: .all, runtimeSeconds: 0, genres: [], directors: [], cast: [], licence: "PD",
          video: PlayableVideo(assetId: PlaybackStage.asset, durationSeconds: 600, maxHeight: 720),
          createdAt: stage.time.now, availability: availability == .unbounded ? nil : availability)
        try await stage.hear(TitleChanged(title: title), from: "/catalog", subject: title.id.description)
        let known = try stage.database.read { db in try TitleStore.title(title.id, in: db) }
        #expect(known?.availability == availability)
      }
    }
  }

  @Test("A title outside its window or its territories is not there, to play, to list and to rate alike")
  func start() async throws {
    try await withStage { stage async throws in
      let german = try #require(Territory("DE"))
      try await set(
        Availability(
          from: stage.time.now.adding(seconds: 10), until: stage.time.now.adding(seconds: 20), territories: [german]),
        stage)
      let (vera, vic) = (try viewer(in: "DE"), try viewer(in: "FR"))
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(by: vera) }
      stage.time.pass(.seconds(10))
      _ = try await stage.start(by: vera)
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(by: vic) }
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(by: PlaybackStage.viewer) }
      stage.time.pass(.seconds(10))
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(by: vera) }
    }
  }

  @Test("Neither a media address nor a lease outlives the window, and playing ends when it closes")
  func until() async throws {
    try await withStage { stage async throws in
      let until = stage.time.now.adding(seconds: 15)
      try await set(Availability(until: until), stage)
      let session = try await stage.start()
      #expect(session.leaseExpiresAt == until)
      let token = try #require(session.manifests.hls.split(separator: "/").dropFirst().first)
      _ = try MediaToken.verify(token, asset: PlaybackStage.asset, now: stage.time.now, keys: stage.keys)
      stage.time.pass(.seconds(10))
      #expect(try await stage.beat(session, at: 10) == .goOn(leaseExpiresAt: until))
      stage.time.pass(.seconds(5))
      #expect(throws: MediaTokenError.self) {
        try MediaToken.verify(token, asset: PlaybackStage.asset, now: stage.time.now, keys: stage.keys)
      }
      #expect(try await stage.beat(session, at: 15) == .stop(.leaseExpired, at: until))
      #expect(try stage.told(PlaybackEnded.self).map(\.reason) == [.leaseExpired])
    }
  }

  @Test("A window that is closed while a title plays ends it at the next heartbeat")
  func closedMeanwhile() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      stage.time.pass(.seconds(10))
      let isOpen = { try stage.database.read { try SessionStore.isOpen(session.id, at: stage.time.now, in: $0) } }
      #expect(try isOpen())
      try await set(Availability(until: stage.time.now), stage)
      // No key is given any more, though no heartbeat came.
      #expect(try !isOpen())
      #expect(try await stage.beat(session, at: 10) == .stop(.leaseExpired, at: stage.time.now))
    }
  }

  @Test("Of many titles, viewers and moments, those start that may see the title, and no others", arguments: 1...3)
  func starts(seed: Int) async throws {
    try await withStage { stage async throws in
      var random = SeededRandom(seed: UInt64(seed))
      let countries = ["DE", "FR", "NZ"].compactMap { Territory($0) }
      let moments = (0...8).map { stage.time.now.adding(seconds: Double($0) * 10) }
      let titles = (0..<40).map { index in
        let ends = moments.shuffled(using: &random).prefix(2).sorted()
        let availability = Availability(
          from: Bool.random(using: &random) ? ends[0] : nil, until: Bool.random(using: &random) ? ends[1] : nil,
          territories: Bool.random(using: &random) ? Array(countries.shuffled(using: &random).prefix(2)) : nil)
        let maturity = MaturityRating.allCases.randomElement(using: &random) ?? .all
        let video = KnownTitle.Video(asset: PlaybackStage.asset, durationSeconds: 600)
        return (TitleID(seed: "t\(index)"), KnownTitle(maturity: maturity, availability: availability, video: video))
      }
      try await stage.database.write { db in for (id, title) in titles { try TitleStore.put(title, as: id, in: db) } }
      var (started, refused) = (0, 0)
      for moment in 0..<5 {
        for (index, (id, title)) in titles.enumerated() {
          let territory = (countries + [nil]).randomElement(using: &random) ?? nil
          let limit = MaturityRating.allCases.randomElement(using: &random) ?? .all
          let viewer = PlaybackStage.viewer(
            "v", account: AccountID(seed: "\(moment) \(index)"), limit: limit,
            place: territory.map(Audience.Place.territory) ?? .unknown)
          let isThere = title.isThere(for: viewer.audience(at: stage.time.now))
          if isThere {
            started += 1
            #expect(try await stage.start(id, by: viewer).leaseExpiresAt <= title.availability.until ?? .distant)
          } else {
            refused += 1
            await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(id, by: viewer) }
          }
        }
        stage.time.pass(.seconds(20))
      }
      #expect(started > 20 && refused > 20)
    }
  }

  @Test("History is without what may not be shown now, and has it again when it may")
  func history() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      stage.time.pass(.seconds(10))
      try await stage.beat(session, at: 10)
      let german = try #require(Territory("DE"))
      let until = stage.time.now.adding(seconds: 5)
      try await set(Availability(until: until, territories: [german]), stage)
      let (vera, vic) = (try viewer(in: "DE"), try viewer(in: "FR"))
      #expect(try stage.history(of: vera).count == 1 && stage.history(of: vic).isEmpty && stage.history().isEmpty)
      stage.time.pass(.seconds(5))
      #expect(try stage.history(of: vera).isEmpty)
      try await set(.unbounded, stage)
      #expect(try stage.history(of: vic).count == 1)
    }
  }
}

extension Timestamp {
  fileprivate static let distant = Timestamp(milliseconds: .max)
}

@Suite("Lists of titles with windows over a socket")
struct WindowRouteTests {
  @Test("List, thumbs, history and what is to be continued show what the caller's country may see")
  func routes() async throws {
    try await withForeignTitle { server async throws in
      var vera = PlaybackServer.principal()
      vera.territory = Territory("NZ")
      let film = PlaybackServer.film
      let list = { (principal: Principal) async throws -> (ResumePoints, [TitleID], [TitleID]) in
        let transport = server.service.transport
        let points = try await transport.call(
          PlaybackEndpoints.resumePoints, ResumeQuery(profile: PlaybackServer.profile), in: .test(principal))
        let listed = try await transport.call(
          ListEndpoints.list, HistoryQuery(profile: PlaybackServer.profile), in: .test(principal))
        return (points, listed.items.map(\.titleId), try await server.history(as: principal).items.map(\.titleId))
      }
      for title in [film, foreign] {
        let session = try await server.start(title, as: vera)
        _ = try await server.beat(session.id, at: 60, as: vera)
        let path = ListPath(profile: PlaybackServer.profile, title: title)
        _ = try await server.service.transport.call(ListEndpoints.add, path, in: .test(vera))
        _ = try await server.service.transport.call(
          ListEndpoints.rate, path, body: NewRating(thumbs: .up), in: .test(vera))
      }
      for (country, expected) in [("NZ", Set([film, foreign])), ("DE", [film])] {
        vera.territory = Territory(country)
        let (points, listed, watched) = try await list(vera)
        #expect(Set(points.points.map(\.titleId)) == expected)
        #expect(Set(points.list ?? []) == expected && Set((points.ratings ?? []).map(\.titleId)) == expected)
        #expect(Set(listed) == expected && Set(watched) == expected)
      }
      let path = ListPath(profile: PlaybackServer.profile, title: foreign)
      let refused = await #expect(throws: Problem.self) {
        try await server.service.transport.call(ListEndpoints.add, path, in: .test(vera))
      }
      #expect(refused?.status == 404)
    }
  }
}

/// Licensed for New Zealand only.
private let foreign = PlaybackServer.titles[1]

private func withForeignTitle(_ body: (PlaybackServer) async throws -> Void) async throws {
  try await withTemporaryFolder("playback") { home in
    try await PlaybackServer.seed(home: home)
    let database = try ServiceDatabase(path: "\(home)/playback/playback.db", migrations: PlaybackSchema.all)
    let availability = Availability(territories: [try #require(Territory("NZ"))])
    try await database.write { db in
      let video = KnownTitle.Video(asset: AssetID(seed: "asset"), durationSeconds: 600)
      try TitleStore.put(KnownTitle(maturity: .all, availability: availability, video: video), as: foreign, in: db)
    }
    database.close()
    try await withPlayback(at: home, body)
  }
}
