import ClientKit
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct OnboardingTests {
  private let principal = Principal(role: .viewer, account: AccountID(seed: "vera"), profile: profileID("vera"))
  private let path = OnboardingPath(profile: profileID("vera"))

  @Test("Genres are offered by turns, each its most popular title that can be played, none twice")
  func offersByTurns() {
    let names = (0..<12).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<12).map { facts("t\($0)", genres: $0 % 3 == 0 ? ["war", "drama"] : ["drama"], isPlayable: $0 != 6) },
      named: names, plays: ["t4": 9, "t3": 5, "t6": 50])
    let offered = Onboarding.offer(from: sample.shelf, for: audience(), count: 12).map {
      sample.names[Int($0)]
    }
    #expect(Set(offered.prefix(2)) == ["t4", "t3"])
    #expect(offered.count == 12 && Set(offered).count == 12)
    #expect(offered.last == "t6")
  }

  @Test("Nothing above the maturity limit is offered")
  func offersWithinLimit() {
    let sample = SampleShelf(
      MaturityRating.allCases.map { facts($0.rawValue, maturity: $0) }, named: MaturityRating.allCases.map(\.rawValue))
    let offered = Onboarding.offer(from: sample.shelf, for: audience(.twelve), count: 9).map { sample.names[Int($0)] }
    #expect(Set(offered) == ["all", "7", "12"])
  }

  private func withTitles(_ body: (TestService) async throws -> Void) async throws {
    var events = SampleEvents()
    for index in 0..<20 {
      try events.title(facts("t\(index)", genres: ["g\(index % 3)"], maturity: index == 7 ? .eighteen : .all))
    }
    let bus = SampleBus()
    bus.hold(events.all)
    try await withService(
      RecommendationsModule.self, settings: ["LOG_LEVEL": "error"], upstreams: ["bus": bus.transport], clock: standing
    ) { service in
      try await eventually {
        try await service.transport.call(OnboardingEndpoints.offer, path, in: .test(principal)).titleIds.count == 20
      }
      try await body(service)
    }
  }

  @Test("What is picked is told again and taken away by an empty answer; it is in the export")
  func picks() async throws {
    try await withTitles { service in
      func pick(_ names: [String]) async throws {
        _ = try await service.transport.call(
          OnboardingEndpoints.pick, path, body: OnboardingPicks(titleIds: names.map(titleID)), in: .test(principal))
      }
      func picked() async throws -> Set<TitleID> {
        let offer = try await service.transport.call(OnboardingEndpoints.offer, path, in: .test(principal))
        #expect(offer.picksMaximum == 10)
        return Set(offer.pickedTitleIds)
      }
      try await pick(["t1", "t2", "t2"])
      try await pick(["t3", "t2"])
      #expect(try await picked() == [titleID("t3"), titleID("t2")])
      let export = try await service.transport.call(
        RecommendationsExportEndpoints.export,
        ProfileExportPath(account: AccountID(seed: "vera"), profile: profileID("vera")),
        in: .test(.service("gateway")))
      #expect(Set(export.pickedTitleIds) == [titleID("t3"), titleID("t2")])
      try await pick([])
      #expect(try await picked().isEmpty)
    }
  }

  @Test("Too many, unknown titles, titles above the limit and another's profile are refused, and nothing is picked")
  func refuses() async throws {
    try await withTitles { service in
      func refusal(
        _ names: [String], limit: MaturityRating? = nil, of profile: String = "vera"
      ) async throws -> (status: Int, field: String?)? {
        var principal = principal
        principal.maturityLimit = limit
        do {
          _ = try await service.transport.call(
            OnboardingEndpoints.pick, OnboardingPath(profile: profileID(profile)),
            body: OnboardingPicks(titleIds: names.map(titleID)), in: .test(principal))
          return nil
        } catch let problem as Problem {
          return (problem.status, problem.errors?.first?.field)
        }
      }
      #expect(try await refusal((0..<11).map { "t\($0)" }) ?? (0, nil) == (422, "titleIds"))
      #expect(try await refusal(["t1", "nothing"]) ?? (0, nil) == (422, "titleIds"))
      #expect(try await refusal(["t7"], limit: .twelve) ?? (0, nil) == (422, "titleIds"))
      #expect(try await refusal(["t1"], of: "other")?.status == 404)
      let offer = try await service.transport.call(OnboardingEndpoints.offer, path, in: .test(principal))
      #expect(offer.pickedTitleIds.isEmpty)
    }
  }
}
