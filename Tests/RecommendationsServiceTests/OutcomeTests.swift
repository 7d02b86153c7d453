import Contract
import RecommendationsAPI
import StorageKit
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct OutcomeTests {
  private func catalogue() throws -> SampleEvents {
    var events = SampleEvents()
    for index in 0..<12 { try events.title(facts("t\(index)", addedDaysAgo: Double(index))) }
    return events
  }

  /// A page of that profile, all of it seen at `time`.
  private func show(_ profile: String, at time: Timestamp = noon, in database: ServiceDatabase) async throws {
    let keeper = try ShelfKeeper(database: database, settings: .sample, clock: standing)
    try keeper.refresh()
    let viewer = Viewer(
      profile: profileID(profile), watches: [], audience: audience(at: time), on: keeper.current)
    let composer = PageComposer(
      shelf: keeper.current, viewer: viewer, rankers: Rankers(best: PopularityRanker()), bounds: PageBounds())
    var random = SeededRandom(seed: 1)
    let composed = composer.page(using: &random)
    let page = DealtPage(composed, id: RequestID(at: time), for: viewer, allocation: nil)
    let count = try await database.write { db in
      try ImpressionStore.record(Array(page.shown), of: page, at: time, in: db)
    }
    #expect(count == page.shown.count)
  }

  /// Profile, title, when it began and how much of it was watched, of what was seen and begun.
  private func outcomes(_ database: ServiceDatabase) throws -> [String] {
    try database.read { db in
      try db.rows(
        """
        SELECT i.profile, t.id, i.shown_at, i.began_at, i.watched_share FROM impression i
        JOIN title t ON t.number = i.title WHERE i.began_at IS NOT NULL ORDER BY i.profile, t.id, i.shown_at LIMIT 100
        """, as: { row in (0..<5).map(row.text).joined(separator: " ") })
    }
  }

  @Test("A play within a day of a title being seen came of where it was seen last; what was begun before did not")
  func attributes() async throws {
    try await withDatabase { database in
      try await database.consume(catalogue().all)
      let later = noon.adding(seconds: 3600)
      for time in [noon, later] { try await show("p", at: time, in: database) }
      var events = SampleEvents()
      try events.start("p", "t1", hoursAgo: 1)
      try events.start("p", "t2", hoursAgo: -2)
      try events.progress("p", "t2", share: 0.5, hoursAgo: -2.5)
      try events.end("p", "t2", share: 0.9, hoursAgo: -3)
      try events.start("p", "t3", hoursAgo: -25.5)
      try events.start("q", "t4", hoursAgo: -2)
      try await database.consume(events.all)
      let began = noon.adding(seconds: 7200)
      let expected = "\(profileID("p")) \(titleID("t2")) \(later.milliseconds) \(began.milliseconds) 0.9"
      #expect(try outcomes(database) == [expected])
      // Again, and anew.
      try await database.consume(events.all)
      #expect(try outcomes(database) == [expected])
      try await database.write { db in try ProjectionStore.clearPlays(in: db) }
      #expect(try outcomes(database).isEmpty)
      try await database.consume(events.all)
      #expect(try outcomes(database) == [expected])
    }
  }

  @Test("What came of a title counts for nothing once it is hidden from the history")
  func hides() async throws {
    try await withDatabase { database in
      try await database.consume(catalogue().all)
      try await show("p", in: database)
      var events = SampleEvents()
      try events.start("p", "t2", hoursAgo: -1)
      try await database.consume(events.all)
      #expect(try outcomes(database).count == 1)
      try events.hide("p", "t2")
      try await database.consume(events.all.suffix(1))
      #expect(try outcomes(database).isEmpty)
    }
  }

  @Test("An erased profile leaves nothing of what it saw, hid and reset, and nothing is written down for it any more")
  func erases() async throws {
    try await withDatabase { database in
      try await database.consume(catalogue().all)
      for profile in ["gone", "kept"] {
        try await show(profile, in: database)
        try await database.write { db in
          let title = try ProjectionStore.number(of: titleID("t1"), in: db)
          _ = try TasteStore.hide(title, of: profileID(profile), at: noon, in: db)
          try TasteStore.reset(profileID(profile), at: noon, in: db)
        }
      }
      var erasure = SampleEvents()
      try erasure.delete("gone")
      try await database.consume(erasure.all)
      for table in ["impression", "shown_page", "hidden_title", "taste_reset"] {
        let profiles = try database.read { db in
          try db.rows("SELECT DISTINCT profile FROM \(table) LIMIT 10", as: { $0.text(0) })
        }
        #expect(profiles == [profileID("kept").description], "\(table)")
      }
    }
  }

  @Test("Pages seen too long ago are forgotten with what was seen of them, some at a time")
  func forgets() async throws {
    try await withDatabase { database in
      try await database.consume(catalogue().all)
      for day in 0..<9 { try await show("p", at: noon.adding(seconds: -Double(day) * 86_400), in: database) }
      let oldest = noon.adding(seconds: -4.5 * 86_400)
      while try await database.write({ db in try ImpressionStore.forget(before: oldest, limit: 2, in: db) }) {}
      let left = try database.read { db in
        try db.first("SELECT (SELECT COUNT(*) FROM shown_page), COUNT(*) FROM impression") { ($0.int(0), $0.int(1)) }
      }
      #expect(left?.0 == 5 && left?.1 == 60)
    }
  }
}
