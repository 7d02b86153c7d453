import Contract
import Foundation
import PlaybackAPI
import RecommendationsAPI
import RecommenderKit
import StorageKit
import TestKit
import Testing

@testable import RecommendationsService

/// Models that have to be ahead of likeness and popularity, on data of either kind.
@Suite struct ModelRivalTests {
  /// What goes together is in no genre and by no director: 150 profiles with one of six tastes, each for ten titles.
  private func hiddenTastes() throws -> SampleEvents {
    var events = SampleEvents()
    var random = SeededRandom(seed: 3)
    for title in 0..<60 {
      let genre = ["drama", "war", "opera"][Int.random(in: 0..<3, using: &random)]
      try events.title(facts("t\(title)", genres: [genre], directors: ["d\(Int.random(in: 0..<6, using: &random))"]))
    }
    for profile in 0..<150 {
      for title in Array(0..<10).shuffled(using: &random).prefix(6) {
        try events.progress("p-\(profile)", "t\(profile % 6 * 10 + title)", share: 1)
      }
    }
    return events
  }

  /// Many titles and few profiles, each of which watches one director: hardly two of them watched the same.
  private func directors(profiles: Int) throws -> SampleEvents {
    var events = SampleEvents()
    var random = SeededRandom(seed: 4)
    for title in 0..<800 {
      try events.title(facts("t\(title)", genres: ["g\(title / 80)"], directors: ["d\(title / 10)"]))
    }
    for profile in 0..<profiles {
      let director = Int.random(in: 0..<80, using: &random)
      for title in Array(0..<10).shuffled(using: &random).prefix(6) {
        try events.progress("p-\(profile)", "t\(director * 10 + title)", share: 1)
      }
    }
    return events
  }

  private func newest(_ stage: ModelStage) throws -> ModelVersion {
    try #require(try stage.database.read { try ModelStore.all(in: $0) }.first).version
  }

  @Test("Where what is watched together tells more than genres, the model serves, and its lead is listed")
  func serves() async throws {
    try await withModel(hiddenTastes()) { stage, _ in
      let version = try newest(stage)
      let rival = try #require(version.rival)
      #expect(version.state == .published && stage.keeper.serving?.version == 1)
      #expect(version.heldOutProfiles == 30)
      #expect(rival.lead > 2 * rival.leadStandardError)
      #expect(abs(version.ndcgAt100 - rival.ndcgAt100 - rival.lead) < 1e-9)
      #expect(version.aheadAt == version.trainedAt)
    }
  }

  @Test("Where genres and people tell all and profiles are few, likeness goes on, and it is said why")
  func goesOnByLikeness() async throws {
    try await withModel(directors(profiles: 110), settings: ["RECOMMENDATIONS_BLEND": "false"]) { stage, _ in
      let version = try newest(stage)
      #expect(version.state == .notAhead && version.heldOutProfiles == 22)
      #expect(version.rival?.ranker == .similarity)
      #expect(version.rival?.lead ?? 0 < 0)
      #expect(stage.keeper.serving == nil && stage.keeper.remark == nil)
      #expect(stage.log.lines.contains { $0.contains("not shown to be ahead") })
      let shelf = stage.shelves.current
      let viewer = Viewer(profile: profileID("new"), watches: [], audience: audience(), on: shelf)
      #expect(ModelRanker(keeper: stage.keeper).ranking(for: viewer, on: shelf).modelVersion == "popularity")
    }
  }

  @Test("Of profiles too few to hold any out no model serves, however well it might do")
  func needsJudgement() async throws {
    try await withModel(directors(profiles: 70), settings: ["RECOMMENDATIONS_BLEND": "false"]) { stage, _ in
      let version = try newest(stage)
      #expect(version.state == .notAhead && version.heldOutProfiles == 0 && version.rival == nil)
      #expect(stage.keeper.serving == nil)
    }
  }

  @Test("Likeness is judged as it orders titles for a profile")
  func judgesWhatServes() throws {
    let names = (0..<12).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<12).map { facts("t\($0)", genres: ["g\($0 % 3)"], directors: ["d\($0 % 2)"]) }, named: names,
      plays: ["t3": 10, "t4": 5, "t11": 2])
    let viewer = sample.viewer([sample.watch("t1", share: 1), sample.watch("t2", share: 1)])
    let served = SimilarityRanker().ranking(for: viewer, on: sample.shelf).scores
    let ids = names.reversed().map { titleID($0).description }
    let likeness = try #require(ModelRivals.all(of: ids, on: sample.shelf).first)
    let history = viewer.history.map { number, weight in
      (title: Int32(11 - (Int(number) - 1)), weight: weight)
    }
    let judged = likeness.scores(history, (0..<12).map { sample.shelf.popularity[12 - $0] })
    #expect(judged == (0..<12).map { served[12 - $0] })
  }

  @Test("An operator has a model serve that is not ahead; released, rows come without one again")
  func pins() async throws {
    try await withModel(directors(profiles: 70), settings: ["RECOMMENDATIONS_BLEND": "false"]) { stage, folder in
      let pinned = try await stage.pin(1)
      #expect(pinned == 1)
      let restarted = try ModelStage(folder, database: stage.database)
      try await restarted.keeper.load()
      #expect(restarted.keeper.serving?.version == 1)
      restarted.trainer.ask()
      try await restarted.trainer.trainIfDue()
      #expect(try newest(restarted).state == .notAhead)
      #expect(restarted.keeper.serving?.version == 1)
      try await restarted.release()
      #expect(restarted.keeper.serving == nil)
      restarted.trainer.ask()
      try await restarted.trainer.trainIfDue()
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models") == ["3.model"])
    }
  }

  @Test("What is watched has changed: the model serves for a day yet, then rows come by likeness")
  func withdraws() async throws {
    try await withModel { stage, folder in
      #expect(stage.keeper.serving?.version == 1)
      // Few are left who watched enough to be judged by.
      var events = SampleEvents()
      for profile in 0..<60 {
        for title in 0..<10 { try events.rate("a-\(profile)", "a\(title)", .down) }
      }
      try await stage.take(events)
      try await stage.trainer.trainIfDue()
      #expect(try newest(stage).state == .notAhead)
      #expect(stage.keeper.serving?.version == 1)
      stage.time.advance(seconds: 86_400)
      stage.trainer.ask()
      try await stage.trainer.trainIfDue()
      #expect(stage.keeper.serving == nil)
      #expect(
        try stage.database.read { try ModelStore.all(in: $0) }.map(\.version.state).allSatisfy {
          [.notAhead, .removed].contains($0)
        })
      let restarted = try ModelStage(folder, database: stage.database)
      try await restarted.keeper.load()
      #expect(restarted.keeper.serving == nil)
    }
  }

  @Test("An erasure leaves too few to be judged by: the model trained for it serves, and knows of nobody erased")
  func survivesErasure() async throws {
    try await withModel { stage, folder in
      let shown = try newest(stage).aheadAt
      var events = SampleEvents()
      for profile in 0..<30 { try events.delete("a-\(profile)") }
      try await stage.take(events)
      try await stage.trainer.trainIfDue()
      let version = try newest(stage)
      #expect(version.state == .published && version.cause == .erasure && version.profiles == 90)
      #expect(version.rival == nil && version.aheadAt == shown)
      #expect(stage.keeper.serving?.version == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models") == ["2.model"])
    }
  }

  @Test("An erasure makes no model serve where none did")
  func erasesWithoutModel() async throws {
    try await withModel(directors(profiles: 70), settings: ["RECOMMENDATIONS_BLEND": "false"]) { stage, folder in
      var events = SampleEvents()
      try events.delete("p-1")
      try await stage.take(events)
      try await stage.trainer.trainIfDue()
      #expect(try newest(stage).state == .notAhead)
      #expect(stage.keeper.serving == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models") == ["2.model"])
    }
  }
}
