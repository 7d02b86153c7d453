import ClientKit
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct RowRouteTests {
  private let principal = Principal(
    role: .viewer, account: AccountID(seed: "vera"), profile: profileID("vera"))

  /// Thirty films, of which Vera has begun one and others watch another.
  private func sample() throws -> SampleEvents {
    var events = SampleEvents()
    for index in 0..<30 {
      try events.title(facts("t\(index)", genres: ["drama", "g\"\(index % 3)"], addedDaysAgo: Double(index)))
    }
    try events.start("vera", "t7", hoursAgo: 2)
    try events.progress("vera", "t7", share: 0.4, hoursAgo: 1)
    for other in ["a", "b", "c"] { try events.start(other, "t9", hoursAgo: 1) }
    return events
  }

  @Test("A page has the rows that the events lead to, and says up to which event it has read")
  func answersRows() async throws {
    try await withRecommendations(sample()) { service, _ in
      let page = try await service.rows(by: principal)
      // How the others follow is a matter of popularity, which the shelf takes in a moment later.
      #expect(page.rows.map(\.id).prefix(2) == ["continueWatching", "topPicks"])
      #expect(Set(page.rows.map(\.id).dropFirst(2)) == ["because-\(titleID("t7"))", "new", "genre-drama"])
      #expect(page.rows[0].items.map(\.titleId) == [titleID("t7")])
      #expect(page.rows[0].items[0].reason == Reason(kind: .resume, text: "Continue watching"))
      // Six of each row are seen, and what is left of thirty makes the first ones longer.
      #expect(page.rows.map(\.items.count) == [1, 11, 6, 6, 6])
      #expect(page.modelVersion == "similarity")
      #expect(page.basis == EventPosition(epoch: "1", seq: 5))
      let titles = page.rows.flatMap { $0.items.map(\.titleId) }
      #expect(titles.count == 30 && Set(titles).count == 30)
    }
  }

  @Test("A title drawn by chance says with what chance, and every page draws anew")
  func explores() async throws {
    try await withRecommendations(sample()) { service, _ in
      var drawn: Set<TitleID> = []
      for _ in 0..<40 {
        let page = try await service.rows(by: principal)
        let explored = page.rows.flatMap(\.items).filter { $0.propensity != nil }
        #expect(explored.count == 1)
        #expect(explored[0].reason.kind == .explored)
        #expect(explored[0].propensity == 1 / 6.0)
        drawn.insert(explored[0].titleId)
      }
      #expect(drawn.count > 3)
    }
  }

  @Test("The export has what was learned of one profile, and is for services alone")
  func exports() async throws {
    try await withRecommendations(sample()) { service, _ in
      let path = ProfileExportPath(account: AccountID(seed: "vera"), profile: profileID("vera"))
      let export = try await service.transport.call(
        RecommendationsExportEndpoints.export, path, in: .test(.service("gateway")))
      #expect(export.watches.map(\.titleId) == [titleID("t7")])
      #expect(export.countedPlays.map(\.titleId) == [titleID("t7")])
      await #expect {
        try await service.transport.call(RecommendationsExportEndpoints.export, path, in: .test(principal))
      } throws: { ($0 as? Problem)?.status == 403 }
    }
  }

  @Test("A new event moves the basis together with what it leads to")
  func movesBasis() async throws {
    var events = try sample()
    try await withRecommendations(events) { service, bus in
      let known = events.all.count
      try events.progress("vera", "t3", share: 0.5)
      bus.hold(Array(events.all.dropFirst(known)))
      var page = try await service.rows()
      try await eventually {
        page = try await service.rows()
        let isNews = page.rows[0].items.map(\.titleId) == [titleID("t3"), titleID("t7")]
        #expect(isNews == (page.basis.seq == 6))
        return isNews
      }
    }
  }

  @Test("More of a row comes by itself too, until its end")
  func answersMoreOfRow() async throws {
    try await withRecommendations(sample()) { service, _ in
      var seen: [TitleID] = []
      var cursor: String?
      repeat {
        let row = try await service.transport.call(
          RecommendationsEndpoints.row,
          RowQuery(profile: profileID("vera"), row: "new", limit: 7, cursor: cursor), in: .test(principal))
        #expect(row.kind == .new && row.requestId == nil)
        seen += row.items.map(\.titleId)
        cursor = row.next
      } while cursor != nil
      #expect(seen == (0..<30).filter { $0 != 7 }.map { titleID("t\($0)") })
      let quoted = try await service.transport.call(
        RecommendationsEndpoints.row, RowQuery(profile: profileID("vera"), row: "genre-g\"1"), in: .test(principal))
      #expect(quoted.topic == "g\"1")
      #expect(quoted.items.count == 9)
    }
  }

  @Test("Titles like one come with a reason and within the limit")
  func answersSimilar() async throws {
    try await withRecommendations(sample()) { service, _ in
      let similar = try await service.transport.call(
        RecommendationsEndpoints.similar, SimilarQuery(title: titleID("t4"), limit: 9), in: .test(principal))
      #expect(
        Set(similar.items.map(\.titleId)) == Set((0..<30).filter { $0 % 3 == 1 && $0 != 4 }.map { titleID("t\($0)") }))
      #expect(similar.items[0].reason == Reason(kind: .similar, text: "Also g\"1", titleId: titleID("t4")))
    }
  }

  @Test("Another's profile, an unknown row or title, a foreign cursor and a limit out of bounds are refused")
  func refusesBadRequests() async throws {
    try await withRecommendations(sample()) { service, _ in
      func status<Parameters, Output>(
        _ endpoint: Endpoint<Parameters, Empty, Output>, _ parameters: Parameters
      ) async -> Int? {
        do {
          _ = try await service.transport.call(endpoint, parameters, in: .test(principal))
          return nil
        } catch {
          return (error as? Problem)?.status
        }
      }
      let vera = profileID("vera")
      #expect(await status(RecommendationsEndpoints.rows, RowsQuery(profile: profileID("a"))) == 404)
      #expect(await status(RecommendationsEndpoints.row, RowQuery(profile: profileID("a"), row: "new")) == 404)
      #expect(await status(RecommendationsEndpoints.row, RowQuery(profile: vera, row: "old")) == 404)
      #expect(await status(RecommendationsEndpoints.row, RowQuery(profile: vera, row: "new", cursor: "x")) == 400)
      #expect(await status(RecommendationsEndpoints.row, RowQuery(profile: vera, row: "new", limit: 0)) == 422)
      #expect(await status(RecommendationsEndpoints.similar, SimilarQuery(title: titleID("none"))) == 404)
      #expect(await status(RecommendationsEndpoints.similar, SimilarQuery(title: titleID("t1"), limit: 21)) == 422)
    }
  }

  @Test("The limit of the caller's profile holds though the request names none")
  func holdsCallersLimit() async throws {
    var events = try sample()
    try events.title(facts("t0", maturity: .eighteen, addedDaysAgo: 0))
    try await withRecommendations(events) { service, _ in
      var child = principal
      child.maturityLimit = .twelve
      try await eventually {
        let all = try await service.rows(by: principal)
        return all.rows.contains { $0.items.contains { $0.titleId == titleID("t0") } }
      }
      for limit in [nil, MaturityRating.eighteen] {
        let page = try await service.transport.call(
          RecommendationsEndpoints.rows, RowsQuery(profile: profileID("vera"), maturityLimit: limit),
          in: .test(child))
        #expect(!page.rows.contains { $0.items.contains { $0.titleId == titleID("t0") } })
      }
    }
  }

  @Test("A rebuilt consumer leads to the same page")
  func rebuildsOverHTTP() async throws {
    try await withRecommendations(sample()) { service, _ in
      let before = try await service.rows()
      for consumer in [PlaybackConsumer.name, CatalogConsumer.name] {
        let context = CallContext.test(.service("operator"))
        let answer = try await service.transport.send(
          TransportRequest(method: .post, target: "/internal/consumers/\(consumer)/rebuild", context: context))
        #expect(answer.status == 202)
      }
      try await eventually {
        let after = try await service.rows()
        return after.basis == before.basis && after.rows.map(\.items.count) == before.rows.map(\.items.count)
          && Set(after.rows.flatMap { $0.items.map(\.titleId) }) == Set(before.rows.flatMap { $0.items.map(\.titleId) })
      }
    }
  }
}
