import ClientKit
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct ExperimentRouteTests {
  private let studio = Principal(role: .operator, account: AccountID(seed: "studio"))

  /// Forty films; those of genre g0 are what the profiles have watched, and t1, of g1, is begun most.
  private func sample(profiles: Int) throws -> SampleEvents {
    var events = SampleEvents()
    for index in 0..<40 { try events.title(facts("t\(index)", genres: ["g\(index % 4)"], addedDaysAgo: Double(index))) }
    for index in 0..<profiles {
      try events.start("p\(index)", "t0", hoursAgo: 30)
      try events.progress("p\(index)", "t0", share: 1, hoursAgo: 29)
    }
    for index in 0..<30 { try events.start("other\(index)", "t1", hoursAgo: 28) }
    try events.start("vera", "t5", hoursAgo: 27)
    return events
  }

  private func begin(_ new: NewExperiment, at service: TestService) async throws -> Experiment {
    try await service.transport.call(ExperimentEndpoints.start, body: new, in: .test(studio))
  }

  private func report(_ id: ExperimentID, at service: TestService) async throws -> ExperimentReport {
    try await service.transport.call(ExperimentEndpoints.experiment, ExperimentPath(experiment: id), in: .test(studio))
  }

  /// Every profile opens a page, sees all of it, and begins of its top picks what `choose` says.
  private func watch(
    _ profiles: Int, _ events: inout SampleEvents, _ bus: SampleBus, at service: TestService,
    choose: (RecommendedRows) -> TitleID?
  ) async throws {
    let known = events.all.count
    for index in 0..<profiles {
      let profile = profileID("p\(index)")
      let page = try await service.rows(of: "p\(index)")
      let shown = page.rows.flatMap { $0.items.map(\.titleId) }
      let receipt = try await service.transport.call(
        ImpressionEndpoints.report, ImpressionPath(profile: profile),
        body: ImpressionReport(pageId: page.requestId, titleIds: shown), in: .test(.service("gateway")))
      #expect(receipt.recorded == shown.count)
      guard let chosen = choose(page), let title = (0..<40).first(where: { titleID("t\($0)") == chosen }) else {
        continue
      }
      try events.start("p\(index)", "t\(title)", hoursAgo: -0.1)
      try events.progress("p\(index)", "t\(title)", share: 0.8, hoursAgo: -1)
    }
    bus.hold(Array(events.all.dropFirst(known)))
    try await service.awaitEvents(events)
  }

  @Test("Each profile sees the pages of its side, and the results tell the sides apart with their intervals")
  func compares() async throws {
    var events = try sample(profiles: 60)
    try await withRecommendations(events) { service, bus in
      let experiment = try await begin(
        NewExperiment(
          name: "popular", kind: .comparison,
          arms: [ExperimentArm(name: "as it is", explores: false), ExperimentArm(name: "plain", ranker: .popularity)]),
        at: service)
      // Who is shown what is like t0 begins it.
      try await watch(60, &events, bus, at: service) { page in
        page.modelVersion == "similarity" ? page.rows.first?.items.first?.titleId : nil
      }
      let report = try await report(experiment.id, at: service)
      let arms = try #require(report.arms)
      #expect(arms.map(\.profiles).reduce(0, +) == 60 && arms.allSatisfy { $0.profiles > 15 })
      #expect(arms[0].plays == arms[0].profiles && arms[0].completions == arms[0].plays && arms[1].plays == 0)
      #expect(arms[0].pages == arms[0].profiles)
      let rate = try #require(arms[0].playRate)
      #expect(rate.low <= rate.value && rate.value <= rate.high && rate.value > 0.02)
      #expect(try #require(arms[1].difference).high < 0)
      #expect(arms[0].difference == nil)
    }
  }

  @Test("Two orders drafted into one row are told apart by what is begun of it")
  func interleaves() async throws {
    var events = try sample(profiles: 30)
    let time = ManualClock(noon)
    try await withRecommendations(events, clock: time.clock) { service, bus in
      // Until what is begun most has been counted: plays read after the catalogue are, once time has passed.
      try await eventually {
        time.advance(seconds: 1)
        return try await service.rows(of: "nobody").rows.first?.kind == .popular
      }
      let experiment = try await begin(
        NewExperiment(
          name: "draft", kind: .interleaving,
          arms: [ExperimentArm(name: "mine", explores: false), ExperimentArm(name: "popular", ranker: .popularity)]),
        at: service)
      // Everybody takes what is begun most, which likeness alone would not show.
      try await watch(30, &events, bus, at: service) { page in
        page.rows.first { $0.kind == .topPicks }?.items.map(\.titleId).first { $0 == titleID("t1") }
      }
      let preference = try #require(try await report(experiment.id, at: service).preference)
      #expect(preference.losses > 20 && preference.wins == 0, "\(preference)")
      #expect(try #require(preference.preference).low > 0.5)
    }
  }

  @Test("What was drawn by chance and seen is what a replay values other policies by")
  func replays() async throws {
    var events = try sample(profiles: 12)
    try await withRecommendations(events) { service, bus in
      try await watch(12, &events, bus, at: service) { page in
        page.rows.flatMap(\.items).first { $0.propensity != nil }?.titleId
      }
      let report = try await service.transport.call(
        ExperimentEndpoints.replay, ReplayQuery(days: 1), in: .test(studio))
      #expect(report.impressions == 12)
      #expect(report.policies.first { $0.name == "uniform" }?.snips?.value == 1)
      let problem = await service.refusal(ExperimentEndpoints.replay, ReplayQuery(days: 0), Empty(), by: studio)
      #expect(problem?.status == 422)
    }
  }

  @Test("One experiment runs at a time, its key begins it once, and ended it stays to be read")
  func begins() async throws {
    try await withRecommendations(sample(profiles: 1)) { service, _ in
      let new = NewExperiment(
        name: "first", kind: .comparison,
        arms: [ExperimentArm(name: "a"), ExperimentArm(name: "b", calibrationShare: 0)])
      var context = CallContext.test(studio)
      context.idempotencyKey = "once"
      let first = try await service.transport.call(ExperimentEndpoints.start, body: new, in: context)
      let again = try await service.transport.call(ExperimentEndpoints.start, body: new, in: context)
      #expect(first == again)
      let second = await service.refusal(ExperimentEndpoints.start, Empty(), new, by: studio)
      #expect(second?.status == 409)
      let path = ExperimentPath(experiment: first.id)
      let ended = try await service.transport.call(ExperimentEndpoints.end, path, in: .test(studio))
      #expect(ended.endedAt == noon)
      #expect(try await service.transport.call(ExperimentEndpoints.end, path, in: .test(studio)) == ended)
      let third = try await begin(new, at: service)
      let list = try await service.transport.call(ExperimentEndpoints.list, PageQuery(limit: 1), in: .test(studio))
      #expect(list.items.map(\.id).count == 1 && list.next != nil)
      let all = try await service.transport.call(ExperimentEndpoints.list, PageQuery(), in: .test(studio))
      #expect(Set(all.items.map(\.id)) == [first.id, third.id])
      #expect(try await report(first.id, at: service).arms?.count == 2)
    }
  }

  @Test("What cannot be an experiment is refused by its fields, and viewers begin none")
  func refuses() async throws {
    try await withRecommendations(sample(profiles: 1)) { service, _ in
      let (a, b) = (ExperimentArm(name: "a"), ExperimentArm(name: "b"))
      let bad: [(NewExperiment, String)] = [
        (NewExperiment(name: "", kind: .comparison, arms: [a, b]), "name"),
        (NewExperiment(name: "x", kind: .comparison, share: 0, arms: [a, b]), "share"),
        (NewExperiment(name: "x", kind: .comparison, arms: [a]), "arms"),
        (NewExperiment(name: "x", kind: .comparison, arms: [a, a]), "arms"),
        (NewExperiment(name: "x", kind: .interleaving, arms: [a, b, ExperimentArm(name: "c")]), "arms"),
        (
          NewExperiment(name: "x", kind: .comparison, arms: [a, ExperimentArm(name: "b", calibrationShare: 2)]),
          "arms[1].calibrationShare"
        ),
      ]
      for (new, field) in bad {
        let problem = await service.refusal(ExperimentEndpoints.start, Empty(), new, by: studio)
        #expect(problem?.status == 422 && problem?.errors?.map(\.field) == [field], "\(field): \(problem as Any)")
      }
      let good = NewExperiment(name: "x", kind: .comparison, arms: [a, b])
      #expect(await service.refusal(ExperimentEndpoints.start, Empty(), good)?.status == 403)
      let unknown = ExperimentPath(experiment: ExperimentID(seed: "none"))
      #expect(await service.refusal(ExperimentEndpoints.experiment, unknown, Empty(), by: studio)?.status == 404)
      #expect(await service.refusal(ExperimentEndpoints.end, unknown, Empty(), by: studio)?.status == 404)
      let cursor = PageQuery(cursor: "x")
      #expect(await service.refusal(ExperimentEndpoints.list, cursor, Empty(), by: studio)?.status == 400)
      #expect(
        await service.refusal(ExperimentEndpoints.list, PageQuery(limit: 101), Empty(), by: studio)?.status == 422)
    }
  }
}
