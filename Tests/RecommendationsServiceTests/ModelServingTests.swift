import Contract
import Foundation
import RecommendationsAPI
import RecommenderKit
import StorageKit
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct ModelServingTests {
  private func again(_ stage: ModelStage) async throws {
    stage.trainer.ask()
    try await stage.trainer.trainIfDue()
  }

  private func damage(_ path: String) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 0x10
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test("After a start the newest model serves again")
  func loads() async throws {
    try await withModel { stage, folder in
      try await again(stage)
      let restarted = try ModelStage(folder, database: stage.database)
      try await restarted.keeper.load()
      #expect(restarted.keeper.serving?.version == 2)
      #expect(try restarted.best(of: "a-1") == stage.best(of: "a-1"))
      #expect(restarted.keeper.remark == nil)
    }
  }

  @Test("A damaged file does not serve: the version before it does, and says so until a new one is trained")
  func survivesDamage() async throws {
    try await withModel { stage, folder in
      try await again(stage)
      try damage("\(folder)/models/2.model")
      let restarted = try ModelStage(folder, database: stage.database)
      try await restarted.keeper.load()
      #expect(restarted.keeper.serving?.version == 1)
      #expect(restarted.keeper.remark == "model 2 cannot be read: model 1 serves")
      #expect(restarted.log.lines.contains { $0.contains("a model cannot be read") })
      let third = try ModelStage(folder, database: stage.database)
      try await third.keeper.load()
      #expect(third.keeper.remark == restarted.keeper.remark)
      try await again(restarted)
      #expect(restarted.keeper.serving?.version == 3)
      #expect(restarted.keeper.remark == nil)
    }
  }

  @Test("A file of an earlier format is not damaged: it is said what it is, and another model is trained at once")
  func trainsForFormat() async throws {
    try await withModel { stage, folder in
      let path = "\(folder)/models/1.model"
      let later = Array("MATINEE-MODEL-1\n".utf8) + (try Data(contentsOf: URL(fileURLWithPath: path))).dropFirst(16)
      try Data(later).write(to: URL(fileURLWithPath: path))
      let restarted = try ModelStage(folder, database: stage.database)
      try await restarted.keeper.load()
      #expect(restarted.keeper.serving == nil)
      #expect(
        restarted.keeper.remark
          == "model 1 is of another format: rows come without a model until another is trained")
      #expect(restarted.log.lines.contains { $0.contains("a model is of another format") })
      #expect(!restarted.log.lines.contains { $0.contains("cannot be read") })
      #expect(try stage.database.read { try ModelStore.all(in: $0) }.map(\.version.state) == [.otherFormat])
      // Also where it was killed before it trained another.
      for _ in 0..<2 {
        let again = try ModelStage(folder, database: stage.database)
        try await again.keeper.load()
        #expect(again.keeper.remark == restarted.keeper.remark)
      }
      let running = Task { try await restarted.trainer.run() }
      defer { running.cancel() }
      try await eventually { restarted.keeper.serving?.version == 2 }
      #expect(restarted.keeper.remark == nil)
      #expect(
        try stage.database.read { try ModelStore.all(in: $0) }.map(\.version.cause) == [.format, .first])
    }
  }

  @Test("Where no file can be read there is no model, and the service says so")
  func survivesLoss() async throws {
    try await withModel { stage, folder in
      try FileManager.default.removeItem(atPath: "\(folder)/models/1.model")
      let restarted = try ModelStage(folder, database: stage.database)
      try await restarted.keeper.load()
      #expect(restarted.keeper.serving == nil)
      #expect(restarted.keeper.remark == "model 1 cannot be read: rows come without a model")
      #expect(try restarted.best(of: "a-1") == [])
    }
  }

  @Test("What a killed process did not finish is removed at the start")
  func removesUnfinished() async throws {
    try await withModel { stage, folder in
      try Data("half".utf8).write(to: URL(fileURLWithPath: "\(folder)/models/2.model.new"))
      _ = try ModelStage(folder, database: stage.database)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models") == ["1.model"])
    }
  }

  @Test("A worse model is listed as refused, has no file, and what served goes on")
  func refuses() async throws {
    try await withModel { stage, folder in
      let serving = try #require(stage.keeper.serving)
      func publish(_ ndcg: Double) async throws -> ModelVersion.State {
        let version = ModelVersion(
          version: 0, state: .published, cause: .interactions, trainedAt: stage.time.clock.now(), profiles: 120,
          titles: 20, interactions: 720, ndcgAt100: ndcg, heldOutProfiles: 100,
          rival: ModelVersion.Rival(ranker: .similarity, ndcgAt100: 0.2, lead: ndcg - 0.2, leadStandardError: 0.02),
          trainingCpuSeconds: 0)
        let titles = try ModelFile.read(from: "\(folder)/models/1.model").titles
        return try await stage.publication.publish(
          ModelStore.Row(version: version, progress: .init(changes: 720, erasures: 0, catalogue: 20)), serving.model,
          titles)
      }
      stage.time.advance(seconds: 86_400)
      #expect(try await publish(0.4) == .published)
      #expect(try await publish(0.39) == .refused)
      #expect(stage.keeper.serving?.version == 2)
      #expect(
        try stage.database.read { try ModelStore.all(in: $0) }.map(\.version.state).prefix(2) == [.refused, .published])
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/models/3.model"))
      #expect(try await publish(0.393) == .published)
    }
  }

  @Test("A vector brought up to date by rows is the one made from all of the history")
  func followsByRows() async throws {
    try await withModel { stage, _ in
      let model = try #require(stage.keeper.serving).model
      var followed = TasteVector(titleCount: model.titleCount)
      let histories: [[(title: Int32, weight: Float)]] = [
        [(0, 1)], [(0, 1), (3, 0.4)], [(0, 0.9), (3, 1), (11, 1)], [(11, 1), (12, 0.5)], [],
      ]
      for history in histories {
        let isChanged = followed.follow(history, in: model)
        let isChangedAgain = followed.follow(history, in: model)
        #expect(isChanged && !isChangedAgain)
        let whole = model.contributions(of: history)
        #expect(zip(followed.scores, whole).allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
  }

  @Test("A new title leans on those most like it until profiles like it themselves")
  func startsTitles() async throws {
    try await withModel { stage, _ in
      var events = SampleEvents()
      try events.title(facts("fresh-a", genres: ["drama"], directors: ["a"]))
      try events.title(facts("fresh-b", genres: ["war"], directors: ["b"]))
      try await stage.take(events)
      #expect(stage.keeper.isBehindShelf)
      stage.keeper.followShelf()
      #expect(!stage.keeper.isBehindShelf)
      let best = try stage.best(of: "a-1", count: 5)
      #expect(best.contains(titleID("fresh-a")))
      #expect(!best.contains(titleID("fresh-b")))
    }
  }

  @Test("Titles that are liked together are alike, within what is admitted; of an unknown title nothing is known")
  func findsSimilar() async throws {
    try await withModel { stage, _ in
      let serving = try #require(stage.keeper.serving)
      let shelf = stage.shelves.current
      let number = try #require(shelf.number(of: titleID("a1")))
      let similar = serving.similar(to: number, count: 5) { $0 != shelf.number(of: titleID("a2")) }
      let names = similar.compactMap { shelf.facts[Int($0.title)]?.id }
      #expect(names.count == 5)
      #expect(names.allSatisfy { id in (0..<10).contains { titleID("a\($0)") == id } })
      #expect(!names.contains(titleID("a2")) && !names.contains(titleID("a1")))
      #expect(serving.similar(to: 9999, count: 5) { _ in true }.isEmpty)
    }
  }

  @Test("A page is ordered by the model, for what was listed as for what was watched")
  func ranks() async throws {
    try await withModel { stage, _ in
      var events = SampleEvents()
      try events.list("new", "a1")
      try events.progress("new", "a2", share: 1)
      try await stage.take(events)
      let shelf = stage.shelves.current
      let taste = try stage.database.read { try InteractionStore.history(of: profileID("new"), limit: 9, in: $0) }
      let viewer = Viewer(
        profile: profileID("new"), watches: [], audience: audience(), taste: taste, on: shelf)
      let ranking = ModelRanker(keeper: stage.keeper).ranking(for: viewer, on: shelf)
      #expect(ranking.modelVersion == "model-1")
      #expect(Set(ranking.anchors.map { shelf.facts[Int($0)]?.id }) == [titleID("a1"), titleID("a2")])
      #expect(ranking.scores.count == shelf.facts.count)
    }
  }

  @Test("The reason is the title of the history that says most, and is named only if it says enough")
  func givesReasons() async throws {
    try await withModel { stage, _ in
      let serving = try #require(stage.keeper.serving)
      let shelf = stage.shelves.current
      let numbers = try ["a1", "b1", "a2"].map { try #require(shelf.number(of: titleID($0))) }
      let reason = serving.reason(for: numbers[2], in: serving.known([(numbers[0], 1), (numbers[1], 1)]))
      #expect(reason?.anchor == numbers[0])
      #expect(reason?.share ?? 0 >= 0.15)
      #expect(serving.reason(for: 9999, in: serving.known([(numbers[0], 1)])) == nil)
    }
  }
}
