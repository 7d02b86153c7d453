import CatalogAPI
import ConfigKit
import Contract
import EventKit
import PlaybackAPI
import StorageKit
import Synchronization
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct ProjectionTests {
  /// Two weeks of watching by some profiles, one of which is erased in between.
  private func fortnight() throws -> SampleEvents {
    var events = SampleEvents()
    for index in 0..<12 { try events.title(facts("t\(index)", genres: ["g\(index % 3)"])) }
    for index in 0..<120 {
      let (profile, title) = ("p\(index % 7)", "t\(index * index % 12)")
      let hoursAgo = Double(336 - index * 2)
      try events.start(profile, title, hoursAgo: hoursAgo)
      try events.progress(profile, title, share: Double(index % 10) / 10, hoursAgo: hoursAgo - 0.5)
      try events.end(profile, title, share: Double(index % 11) / 10, hoursAgo: hoursAgo - 1)
      if index % 5 == 0 {
        try events.rate(profile, title, [.up, .down, .love, nil][index / 5 % 4], hoursAgo: hoursAgo)
      }
      if index % 3 == 0 { try events.list(profile, title, isListed: index % 2 == 0, hoursAgo: hoursAgo) }
      if index == 60 { try events.delete("p3") }
    }
    return events
  }

  @Test("A projection made anew, the sources read in any order, equals the live one")
  func rebuildsEqual() async throws {
    let events = try fortnight().all
    let live = try await projection(of: events)
    #expect(live.count > 60)
    for order in [["/playback", "/catalog", "/accounts"], ["/accounts", "/catalog", "/playback"]] {
      let rebuilt = try await projection(of: order.flatMap { source in events.filter { $0.header.source == source } })
      #expect(rebuilt == live, "\(order)")
    }
  }

  @Test("Clearing the projection and reading all events again gives the same rows and the same shelf")
  func clearsAndReplays() async throws {
    let events = try fortnight().all
    try await withDatabase { database in
      let keeper = try ShelfKeeper(database: database, settings: .sample, clock: standing)
      try await database.consume(events)
      try keeper.refresh()
      let (rows, orders) = (try database.projection(), keeper.current.orders)
      try await database.write { db in
        try ProjectionStore.clearTitles(in: db)
        try ProjectionStore.clearPlays(in: db)
      }
      try keeper.refresh()
      #expect(keeper.current.newest.isEmpty)
      try await database.consume(events)
      try keeper.refresh()
      #expect(try database.projection() == rows)
      #expect(keeper.current.orders == orders)
    }
  }

  @Test("An event applied twice has its effect once")
  func appliesOnce() async throws {
    let events = try fortnight().all
    let once = try await projection(of: events)
    #expect(try await projection(of: events.flatMap { [$0, $0] }) == once)
  }

  @Test("An erased profile leaves no trace in rows or counts, not even by events that come later")
  func erasesProfile() async throws {
    var events = SampleEvents()
    try events.title(facts("t"))
    try events.start("kept", "t")
    try events.start("gone", "t")
    try events.progress("gone", "t", share: 0.5)
    try events.delete("gone")
    try events.end("gone", "t", share: 0.6)
    try events.start("gone", "t", hoursAgo: -30)
    try await withDatabase { database in
      try await database.consume(events.all)
      let rows = try database.projection()
      let gone = profileID("gone").description
      #expect(rows.filter { $0.contains(gone) } == [gone])
      #expect(rows.contains("\(titleID("t")) \(Trending.hour(of: noon)) 1"))
    }
  }

  @Test("An erased account leaves no trace of any of its profiles")
  func erasesAccount() async throws {
    var events = SampleEvents()
    try events.title(facts("t"))
    for profile in ["kept", "gone", "gone too"] { try events.start(profile, "t") }
    try events.erase("gone", profiles: ["gone", "gone too"])
    try events.progress("gone too", "t", share: 0.5)
    try await withDatabase { database in
      try await database.consume(events.all)
      let rows = try database.projection()
      let gone = ["gone", "gone too"].map { profileID($0).description }
      #expect(Set(rows.filter { row in gone.contains { row.contains($0) } }) == Set(gone))
      #expect(rows.contains("\(titleID("t")) \(Trending.hour(of: noon)) 1"))
    }
  }

  @Test("A hidden title leaves the profile's watches and counts, and comes back when it is watched again")
  func hides() async throws {
    var events = SampleEvents()
    for title in ["t", "u"] {
      try events.title(facts(title))
      try events.start("p", title)
      try events.progress("p", title, share: 0.5)
    }
    try events.start("q", "t")
    try events.hide("p", "t")
    try await withDatabase { database in
      try await database.consume(events.all)
      let rows = try database.projection()
      #expect(rows.filter { $0.hasPrefix("\(profileID("p")) \(titleID("t"))") }.isEmpty)
      #expect(rows.filter { $0.hasPrefix("\(profileID("p")) \(titleID("u"))") }.count == 2)
      #expect(rows.contains("\(titleID("t")) \(Trending.hour(of: noon)) 1"))
      var more = SampleEvents()
      try more.start("p", "t")
      try await database.consume(more.all)
      #expect(try database.projection().contains("\(titleID("t")) \(Trending.hour(of: noon)) 2"))
    }
  }

  @Test("A profile counts once per title and UTC day, in the hour of its first play")
  func countsUniqueProfiles() async throws {
    var events = SampleEvents()
    // Noon is 22:13 UTC.
    for hoursAgo in [5.0, 3, 1, 0] { try events.start("p", "t", hoursAgo: hoursAgo) }
    try events.start("q", "t", hoursAgo: 5)
    try events.start("p", "t", hoursAgo: 24)
    try await withDatabase { database in
      try await database.consume(events.all)
      let plays = try database.projection().filter { $0.hasPrefix(titleID("t").description) }
      let hour = Trending.hour(of: noon)
      #expect(plays == ["\(titleID("t")) \(hour - 24) 1", "\(titleID("t")) \(hour - 5) 2"])
    }
  }

  @Test("What is too old to count is forgotten, and counts stay what they are")
  func forgetsOldPlays() async throws {
    var events = SampleEvents()
    try events.title(facts("t"))
    for day in 0..<100 { try events.start("p\(day % 3)", "t", hoursAgo: Double(day) * 24) }
    try await withDatabase { database in
      try await database.consume(events.all)
      let keeper = try ShelfKeeper(database: database, settings: .sample, clock: standing)
      try keeper.refresh()
      let before = keeper.current.orders
      let hour = Trending().firstHour(at: noon)
      while try await database.write({ db in try PlayCountStore.forget(before: hour, limit: 7, in: db) }) {}
      let left = try database.projection().filter { $0.hasPrefix(titleID("t").description) }.count
      #expect((71...73).contains(left))
      let anew = try ShelfKeeper(database: database, settings: .sample, clock: standing)
      try anew.refresh()
      #expect(anew.current.orders == before)
    }
  }

  @Test("Past the retention, the snapshots of playback and catalog give back what was watched and what there is")
  func restoresFromSnapshots() async throws {
    var events = SampleEvents()
    try events.title(facts("t"))
    try events.start("p", "t", hoursAgo: 2)
    try events.end("p", "t", share: 0.4, hoursAgo: 2)
    try events.rate("p", "t", .love, hoursAgo: 1)
    try events.list("p", "t", hoursAgo: 1)
    let live = try await projection(of: events.all)
    var erasure = SampleEvents()
    try erasure.delete("gone")
    let catalogue = try #require(try events.all[0].body(TitleChanged.self))
    let ended = PlaybackSnapshotLine(
      endedSession: .init(sessionId: PlaybackSessionID(seed: "s"), mediaExpiresAt: noon))
    let hourAgo = noon.adding(seconds: -3600)
    let lines = try ["p", "gone"].flatMap { profile in
      let (profile, title) = (profileID(profile), titleID("t"))
      return try [
        PlaybackSnapshotLine(
          viewing: .init(
            profileId: profile, titleId: title, positionSeconds: 400, durationSeconds: 1000, watchedSeconds: 400,
            lastWatchedAt: noon.adding(seconds: -7200))),
        PlaybackSnapshotLine(listed: .init(profileId: profile, entry: ListEntry(titleId: title, addedAt: hourAgo))),
        PlaybackSnapshotLine(
          rated: .init(profileId: profile, rating: Rating(titleId: title, thumbs: .love), ratedAt: hourAgo)),
      ].map { try JSON.encode($0) }
    }
    try await withDatabase { database in
      try await database.consume(erasure.all)
      let endedLine = try JSON.encode(ended)
      let titleLine = try JSON.encode(catalogue)
      // Twice, as when it is killed half-way.
      for _ in 1...2 {
        try await database.write { db in
          for line in [endedLine] + lines { try PlaybackConsumer.rebuild.restore?("/playback", line, db) }
          try CatalogConsumer.rebuild.restore?("/catalog", titleLine, db)
        }
      }
      #expect(try database.projection().dropLast() == live[...])
    }
  }

  @Test("The shelf follows a changed title at once and new plays when a ranking is due")
  func followsChanges() async throws {
    var events = SampleEvents()
    try events.title(facts("a", isPlayable: false))
    try events.title(facts("b", isPlayable: false, addedDaysAgo: 20))
    try await withDatabase { database in
      let time = ManualClock(noon)
      let keeper = ShelfKeeper(database: database, settings: try .sample, clock: time.clock)
      try await database.consume(events.all)
      try keeper.refresh()
      #expect(keeper.current.titles(keeper.current.newest) == [titleID("a"), titleID("b")])

      var news = SampleEvents()
      try news.title(facts("b", isPlayable: true, addedDaysAgo: 20))
      try await database.consume(news.all)
      try keeper.refresh()
      #expect(keeper.current.titles(keeper.current.newest) == [titleID("b"), titleID("a")])

      var plays = SampleEvents()
      try plays.start("p", "a")
      try await database.consume(plays.all)
      try keeper.refresh()
      #expect(keeper.current.trending.isEmpty)
      time.advance(seconds: 5)
      try keeper.refresh()
      #expect(keeper.current.titles(keeper.current.trending) == [titleID("a")])
    }
  }

  @Test("The shelf says how far catalog's events were read, also where they changed no title")
  func knowsItsBasis() async throws {
    try await withDatabase { database in
      let read = Mutex<Int64>(3)
      let keeper = ShelfKeeper(database: database, settings: try .sample, clock: standing) { _ in
        EventPosition(epoch: "e", seq: read.withLock { $0 })
      }
      try keeper.refresh()
      #expect(keeper.currentWithBasis.basis == EventPosition(epoch: "e", seq: 3))
      read.withLock { $0 = 4 }
      #expect(keeper.currentWithBasis.basis.seq == 3)
      try keeper.refresh()
      #expect(keeper.currentWithBasis.basis.seq == 4)
    }
  }
}

extension ShelfKeeper {
  convenience init(database: ServiceDatabase, settings: RecommendationsSettings, clock: WallClock) {
    self.init(database: database, settings: settings, clock: clock) { _ in EventPosition(epoch: "e", seq: 0) }
  }
}

let standing = WallClock { noon }

extension RecommendationsSettings {
  static var sample: RecommendationsSettings {
    get throws { try RecommendationsSettings(SettingsReader(environment: [:])) }
  }
}

extension Shelf {
  func titles(_ numbers: [TitleNumber]) -> [TitleID] { numbers.compactMap { facts[Int($0)]?.id } }

  /// All orders by ids.
  var orders: [[TitleID]] { [titles(trending), titles(newest)] + genres.map { titles($0.titles) } }
}

func withDatabase<Result>(_ body: (ServiceDatabase) async throws -> Result) async throws -> Result {
  try await withTemporaryFolder("recommendations") { folder in
    let database = try ServiceDatabase(
      path: "\(folder)/recommendations.db", migrations: RecommendationsSchema.migrations, durability: .normal)
    defer { database.close() }
    return try await body(database)
  }
}

private func projection(of events: [Event]) async throws -> [String] {
  try await withDatabase { database in
    try await database.consume(events)
    return try database.projection()
  }
}
