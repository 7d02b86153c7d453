import ClientKit
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct ModelRouteTests {
  private let operating = Principal(role: .operator, account: AccountID(seed: "olga"))

  /// The service on two tastes, after its first training.
  private func withTrained(
    settings: [String: String] = [:], _ body: (TestService, SampleBus, ManualClock) async throws -> Void
  ) async throws {
    let bus = SampleBus()
    bus.hold(try ModelStage.tastes().all)
    let time = ManualClock(noon)
    let settings = settings.merging([
      "RECOMMENDATIONS_RANKING_SECONDS": "0.01", "RECOMMENDATIONS_GATHERING_MILLISECONDS": "0", "LOG_LEVEL": "error",
      "RECOMMENDATIONS_TRAINING_PAUSE_SECONDS": "0.01", "RECOMMENDATIONS_TRAINING_PROFILES_MINIMUM": "110",
    ]) { first, _ in first }
    try await withService(
      RecommendationsModule.self, settings: settings, upstreams: ["bus": bus.transport], clock: time.clock
    ) { service in
      try await eventually {
        time.advance(seconds: 60)
        return try await self.models(service).items.first { $0.state == .published }?.profiles == 120
      }
      try await body(service, bus, time)
    }
  }

  private func models(_ service: TestService) async throws -> ModelList {
    try await service.transport.call(ModelEndpoints.models, in: .test(operating))
  }

  @Test("An operator goes back to an earlier model, which then serves whatever is trained, until it is released")
  func pins() async throws {
    try await withTrained { service, _, time in
      let first = try #require(try await models(service).serving)
      _ = try await service.transport.call(ModelEndpoints.train, in: .test(operating))
      try await eventually {
        time.advance(seconds: 60)
        return try await self.models(service).serving ?? 0 > first
      }
      let pinned = try await service.transport.call(
        ModelEndpoints.pin, body: ModelPin(version: first), in: .test(operating))
      #expect(pinned.serving == first && pinned.pinned == first)
      _ = try await service.transport.call(ModelEndpoints.train, in: .test(operating))
      try await eventually {
        time.advance(seconds: 60)
        return try await self.models(service).items.count > pinned.items.count
      }
      #expect(try await models(service).serving == first)
      let released = try await service.transport.call(ModelEndpoints.release, in: .test(operating))
      #expect(released.pinned == nil)
      #expect(released.serving == released.items.first { $0.state == .published }?.version)
    }
  }

  @Test("A model that is none, or cannot serve, cannot be pinned; viewers see and change nothing of models")
  func refuses() async throws {
    try await withTrained { service, _, _ in
      await #expect {
        try await service.transport.call(ModelEndpoints.pin, body: ModelPin(version: 999), in: .test(operating))
      } throws: { ($0 as? Problem)?.status == 422 && ($0 as? Problem)?.errors?.first?.field == "version" }
      let viewer = Principal(role: .viewer, account: AccountID(seed: "vera"), profile: profileID("vera"))
      await #expect {
        try await service.transport.call(ModelEndpoints.models, in: .test(viewer))
      } throws: { ($0 as? Problem)?.status == 403 }
    }
  }

  @Test("Similar titles are those liked by the same viewers, then those that share genres and people")
  func answersSimilar() async throws {
    try await withTrained { service, bus, _ in
      let similar = try await service.transport.call(
        RecommendationsEndpoints.similar, SimilarQuery(title: titleID("a1"), limit: 9), in: .test(operating))
      #expect(Set(similar.items.map(\.titleId)) == Set((0..<10).filter { $0 != 1 }.map { titleID("a\($0)") }))
      let page = try await service.transport.call(
        RecommendationsEndpoints.rows, RowsQuery(profile: profileID("a-1")), in: .test(.service("gateway")))
      #expect(page.modelVersion?.hasPrefix("model-") == true)
      let picks = try #require(page.rows.first { $0.kind == .topPicks })
      #expect((0..<10).contains { titleID("a\($0)") == picks.items.first?.titleId })
      #expect(similar.items.allSatisfy { $0.reason.titleId == titleID("a1") && !$0.reason.text.isEmpty })
    }
  }

  @Test("Turned off, nothing is trained, and asking for it is refused")
  func turnsOff() async throws {
    let bus = SampleBus()
    bus.hold(try ModelStage.tastes().all)
    try await withService(
      RecommendationsModule.self, settings: ["RECOMMENDATIONS_LEARNING": "false", "LOG_LEVEL": "error"],
      upstreams: ["bus": bus.transport], clock: standing
    ) { service in
      await #expect {
        try await service.transport.call(ModelEndpoints.train, in: .test(operating))
      } throws: { ($0 as? Problem)?.status == 409 }
      let listed = try await models(service)
      #expect(listed.items.isEmpty)
    }
  }
}
