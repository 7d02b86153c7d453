import Contract
import PlaybackAPI
import StorageKit
import Testing

@testable import RecommendationsService

/// What events come to as labels: by profile and title, as a model is trained on them.
@Suite struct InteractionTests {
  private func labels(_ events: SampleEvents) async throws -> [String: Float] {
    try await withDatabase { database in
      try await database.consume(events.all)
      let titles = try database.read { db in
        try db.rows("SELECT number, id FROM title LIMIT 1000", as: { (TitleNumber($0.int(0)), $0.text(1)) })
      }
      let set = try TrainingLabels.all(in: database)
      return Dictionary(
        uniqueKeysWithValues: set.compactMap { label in
          titles.first { $0.0 == label.title }.map { ("\(label.profile) \($0.1)", label.label) }
        })
    }
  }

  private func key(_ profile: String, _ title: String) -> String { "\(profileID(profile)) \(titleID(title))" }

  @Test("A watched title counts whole, a part of it less, an abandoned one not at all")
  func labelsCompletion() async throws {
    var events = SampleEvents()
    for (title, share) in [("whole", 0.7), ("part", 0.25), ("abandoned", 0.2)] {
      try events.start("p", title)
      try events.progress("p", title, share: share)
    }
    #expect(try await labels(events) == [key("p", "whole"): 1, key("p", "part"): 0.4])
  }

  @Test("Thumbs and lists say more than watching; thumbs down take a watched title out")
  func labelsOpinions() async throws {
    var events = SampleEvents()
    try events.progress("p", "disliked", share: 1)
    try events.rate("p", "disliked", .down)
    try events.list("p", "disliked")
    try events.progress("p", "abandoned", share: 0.1)
    try events.rate("p", "abandoned", .up)
    try events.rate("p", "loved", .love)
    try events.list("p", "listed")
    #expect(
      try await labels(events) == [key("p", "abandoned"): 1, key("p", "loved"): 1, key("p", "listed"): 1])
  }

  @Test("What is taken back is as if it had not been said")
  func takesBack() async throws {
    var events = SampleEvents()
    try events.rate("p", "t", .love)
    try events.list("p", "t")
    try events.rate("p", "t", nil)
    try events.list("p", "t", isListed: false)
    #expect(try await labels(events).isEmpty)
    try await withDatabase { database in
      try await database.consume(events.all)
      #expect(try !database.projection().contains { $0.hasPrefix(profileID("p").description) })
    }
  }

  @Test("Watched beyond the running time counts as watched whole, and times without a running time as nothing")
  func boundsWatched() async throws {
    var events = SampleEvents()
    try events.progress("p", "t", share: 1_000_000)
    try events.tell(
      PlaybackProgressed(
        sessionId: PlaybackSessionID(seed: "s"), profileId: profileID("p"), titleId: titleID("endless"),
        positionSeconds: 10, durationSeconds: 0, watchedSeconds: 1e300, state: .playing, at: noon),
      from: "/playback", subject: profileID("p").description)
    #expect(try await labels(events) == [key("p", "t"): 1])
  }

  @Test("A heartbeat of the future counts as one of now")
  func boundsTime() async throws {
    var events = SampleEvents()
    try events.progress("p", "t", share: 1, hoursAgo: -24 * 3650)
    try await withDatabase { database in
      try await database.consume(events.all)
      let history = try database.read { try InteractionStore.history(of: profileID("p"), limit: 10, in: $0) }
      #expect(history.liked.map { $0.weight(at: noon) } == [1])
    }
  }

  @Test("A million events of one profile about one title count like one")
  func boundsInfluence() async throws {
    var once = Interaction(title: 1)
    once.watchedSeconds = 1000
    once.durationSeconds = 1000
    once.thumbs = .love
    once.isListed = true
    #expect(once.label == 1)
    var events = SampleEvents()
    for index in 0..<2000 {
      try events.progress("p", "t", share: Double(index % 10) / 10)
      try events.rate("p", "t", [.up, .love][index % 2])
    }
    #expect(try await labels(events) == [key("p", "t"): 1])
    try await withDatabase { database in
      try await database.consume(events.all)
      #expect(try database.read { try LearningStore.progress(in: $0) }.changes == 1)
    }
  }

  @Test("An erased profile leaves no label, not even by what comes later, and asks for another training once")
  func erases() async throws {
    var events = SampleEvents()
    try events.rate("gone", "t", .love)
    try events.list("gone", "u")
    try events.delete("gone")
    try events.rate("gone", "v", .up)
    try events.list("gone", "v")
    try events.progress("gone", "v", share: 1)
    try events.delete("gone")
    try events.delete("never seen")
    #expect(try await labels(events).isEmpty)
    try await withDatabase { database in
      try await database.consume(events.all)
      #expect(try database.read { try LearningStore.progress(in: $0) }.erasures == 1)
    }
  }

  @Test("The latest comes first in a history, with everything said of a title in one place")
  func readsHistory() async throws {
    var events = SampleEvents()
    try events.progress("p", "a", share: 0.5, hoursAgo: 5)
    try events.list("p", "b", hoursAgo: 4)
    try events.rate("p", "a", .up, hoursAgo: 3)
    try events.progress("q", "c", share: 0.5)
    try await withDatabase { database in
      try await database.consume(events.all)
      let history = try database.read { try InteractionStore.history(of: profileID("p"), limit: 10, in: $0) }
      #expect(history.interactions.map(\.thumbs) == [.up, nil])
      #expect(history.interactions.map(\.watchedSeconds) == [500, 0])
      #expect(history.interactions.map(\.isListed) == [false, true])
    }
  }

  @Test("A hidden title, and all from before taste was reset, is not learnt from; what comes after is")
  func forgetsTaste() async throws {
    var events = SampleEvents()
    for profile in ["p", "q"] {
      for title in ["a", "b"] { try events.progress(profile, title, share: 1, hoursAgo: 5) }
      try events.rate(profile, "c", .love, hoursAgo: 5)
    }
    try events.progress("p", "b", share: 1, hoursAgo: 1)
    try await withDatabase { database in
      try await database.consume(events.all)
      try await database.write { db in
        try TasteStore.reset(profileID("p"), at: noon.adding(seconds: -7200), in: db)
        let hidden = try ProjectionStore.number(of: titleID("a"), in: db)
        _ = try TasteStore.hide(hidden, of: profileID("q"), at: noon, in: db)
      }
      let counts = Dictionary(grouping: try TrainingLabels.all(in: database), by: \.profile).mapValues(\.count)
      #expect(counts == [profileID("p").description: 1, profileID("q").description: 2])
    }
  }

  @Test("Read in pieces of any size, labels are the same")
  func readsInPieces() async throws {
    var events = SampleEvents()
    for index in 0..<30 {
      try events.progress("p\(index % 4)", "t\(index % 7)", share: 1)
      try events.rate("p\(index % 5)", "t\(index % 11)", index % 3 == 0 ? .down : .up)
    }
    try await withDatabase { database in
      try await database.consume(events.all)
      let whole = try TrainingLabels.all(in: database, atOnce: 1000)
      #expect(whole.count > 20)
      #expect(Set(whole.map { "\($0.profile) \($0.title)" }).count == whole.count)
      for size in [1, 2, 7] {
        let pieces = try TrainingLabels.all(in: database, atOnce: size)
        #expect(pieces.map { "\($0)" } == whole.map { "\($0)" })
      }
    }
  }
}

enum TrainingLabels {
  /// Labels over 0, as the trainer reads them.
  static func all(in database: ServiceDatabase, atOnce: Int = 100) throws -> [LabelStore.Labelled] {
    var all: [LabelStore.Labelled] = []
    try LabelStore.forEach(in: database, atOnce: atOnce) { all += $0.filter { $0.label > 0 } }
    return all
  }
}
