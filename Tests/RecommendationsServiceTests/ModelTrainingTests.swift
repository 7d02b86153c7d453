import Contract
import Foundation
import PlaybackAPI
import RecommendationsAPI
import RecommenderKit
import StorageKit
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct ModelTrainingTests {
  private func versions(_ stage: ModelStage) throws -> [ModelVersion] {
    try stage.database.read { try ModelStore.all(in: $0) }.map(\.version)
  }

  @Test("What is watched is learnt from: each profile's best are of its own taste, and none it has seen")
  func learns() async throws {
    try await withModel { stage, _ in
      let listed = try versions(stage)
      #expect(listed.map(\.state) == [.published] && listed.map(\.cause) == [.first])
      #expect(listed.map(\.profiles) == [120])
      #expect(stage.keeper.serving?.version == 1)
      for profile in 0..<5 {
        let ownA = Set((0..<10).map { titleID("a\($0)") })
        #expect(try Set(stage.best(of: "a-\(profile)")).isSubset(of: ownA))
        #expect(try ownA.isDisjoint(with: stage.best(of: "b-\(profile)")))
      }
    }
  }

  @Test("An event changes what the profile is shown before any training")
  func followsEvents() async throws {
    try await withModel { stage, _ in
      var events = SampleEvents()
      try events.progress("new", "a1", share: 1)
      try await stage.take(events)
      #expect(try stage.best(of: "new", count: 4).allSatisfy { id in (0..<10).contains { titleID("a\($0)") == id } })
      var more = SampleEvents()
      try more.rate("new", "a1", .down)
      for title in ["b1", "b2"] { try more.progress("new", title, share: 1) }
      try await stage.take(more)
      #expect(try stage.best(of: "new", count: 4).allSatisfy { id in (0..<10).contains { titleID("b\($0)") == id } })
      #expect(stage.keeper.serving?.version == 1)
    }
  }

  @Test("The same events give the same model to the last bit, in whatever order the sources are read")
  func rebuildsEqual() async throws {
    var events = try ModelStage.tastes()
    try events.delete("a-3")
    try events.rate("b-1", "b1", .love)
    func model(_ events: [Event]) async throws -> [UInt8] {
      try await withDatabase { database in
        try await database.consume(events)
        let set = try TrainingSet.gather(from: database, labelsAtOnce: 50) { false }
        #expect(set.profileCount == 119)
        return ModelFile.encode(try LinearModel.train(set.interactions), titles: set.titles)
      }
    }
    let live = try await model(events.all)
    let order = ["/accounts", "/playback", "/catalog"]
    #expect(try await model(order.flatMap { source in events.all.filter { $0.header.source == source } }) == live)
  }

  @Test("An erased profile is in the next model no more, which is trained at once; what knew of it is removed")
  func forgets() async throws {
    try await withModel { stage, folder in
      var more = SampleEvents()
      for profile in 0..<5 { try more.progress("late-\(profile)", "a1", share: 1) }
      try await stage.take(more)
      try await stage.trainer.trainIfDue()
      #expect(stage.keeper.serving?.version == 2)
      try await stage.database.write { try ModelStore.pin(1, in: $0) }
      var erasure = SampleEvents()
      try erasure.delete("a-7")
      try await stage.take(erasure)
      try await stage.trainer.trainIfDue()
      let versions = try versions(stage)
      #expect(versions.map(\.state) == [.published, .removed, .removed])
      #expect(versions[0].cause == .erasure)
      #expect(versions[0].profiles == 124)
      #expect(stage.keeper.serving?.version == 3)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models") == ["3.model"])
      #expect(try stage.database.read { try ModelStore.pinned(in: $0) } == nil)
    }
  }

  @Test("Where an erasure leaves too few profiles to learn from, no model serves")
  func forgetsLast() async throws {
    try await withModel(settings: ["RECOMMENDATIONS_TRAINING_PROFILES_MINIMUM": "120"]) { stage, folder in
      #expect(stage.keeper.serving?.version == 1)
      var erasure = SampleEvents()
      try erasure.delete("a-7")
      try await stage.take(erasure)
      try await stage.trainer.trainIfDue()
      #expect(stage.keeper.serving == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/models") == [])
    }
  }

  @Test("Nothing new, nothing trained; asked for, it is trained all the same")
  func trainsWhenAsked() async throws {
    try await withModel { stage, _ in
      try await stage.take(SampleEvents())
      try await stage.trainer.trainIfDue()
      #expect(try versions(stage).count == 1)
      stage.trainer.ask()
      try await stage.trainer.trainIfDue()
      #expect(try versions(stage).map(\.cause) == [.asked, .first])
    }
  }

  @Test("Of profiles too few nothing is learnt")
  func needsProfiles() async throws {
    try await withModel(settings: ["RECOMMENDATIONS_TRAINING_PROFILES_MINIMUM": "121"]) { stage, _ in
      #expect(stage.keeper.serving == nil)
      let listed = try versions(stage)
      #expect(listed.isEmpty)
    }
  }

  @Test("Only the newest few files are kept")
  func keepsFew() async throws {
    try await withModel(settings: ["RECOMMENDATIONS_MODELS_KEPT": "2"]) { stage, folder in
      for _ in 0..<3 {
        stage.trainer.ask()
        try await stage.trainer.trainIfDue()
      }
      #expect(try Set(FileManager.default.contentsOfDirectory(atPath: "\(folder)/models")) == ["3.model", "4.model"])
      #expect(try versions(stage).map(\.state) == [.published, .published, .removed, .removed])
    }
  }
}
