import ClientKit
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct AudienceRouteTests {
  /// Sixty films, of which Vera has seen one.
  private func sample() throws -> SampleEvents {
    var events = SampleEvents()
    for index in 0..<60 {
      try events.title(
        facts(
          "t\(index)", genres: ["g\(index % 3)", "drama"], maturity: index == 59 ? .eighteen : .all,
          addedDaysAgo: Double(index), directors: ["d\(index % 5)"]))
    }
    try events.start("vera", "t7", hoursAgo: 3)
    try events.progress("vera", "t7", share: 1, hoursAgo: 2)
    return events
  }

  private let small = ["RECOMMENDATIONS_ROW_ITEMS": "6"]

  @Test("What was dealt on a page stays there while one scrolls, and no title comes twice, whatever happens meanwhile")
  func scrollsStably() async throws {
    var events = try sample()
    try await withRecommendations(events, settings: small) { service, bus in
      let page = try await service.rows(by: vera)
      var shown = page.rows.flatMap { $0.items.map(\.titleId) }
      let known = events.all.count
      for index in 20..<40 { try events.start("other\(index)", "t\(index)") }
      try events.progress("vera", "t30", share: 0.9)
      bus.hold(Array(events.all.dropFirst(known)))
      try await service.awaitEvents(events)
      var answers: [String: [TitleID]] = [:]
      for row in page.rows where row.kind != .continueWatching {
        var cursor = row.next
        while let at = cursor {
          let query = RowQuery(profile: profileID("vera"), row: row.id, limit: 4, cursor: at)
          let more = try await service.transport.call(RecommendationsEndpoints.row, query, in: .test(vera))
          #expect(more.requestId == page.requestId)
          shown += more.items.map(\.titleId)
          answers[at] = more.items.map(\.titleId)
          cursor = more.next
          let again = try await service.transport.call(RecommendationsEndpoints.row, query, in: .test(vera))
          #expect(again.items.map(\.titleId) == answers[at])
        }
      }
      #expect(Set(shown).count == shown.count)
      #expect(shown.count > 50)
      #expect(try await service.rows(by: vera).requestId != page.requestId)
    }
  }

  @Test("What came into view is written down once, with where it stood, and only of the profile's own pages")
  func recordsImpressions() async throws {
    try await withRecommendations(sample(), settings: small) { service, _ in
      let page = try await service.rows(by: vera)
      let titles = page.rows.flatMap { $0.items.map(\.titleId) }
      func report(_ titles: [TitleID], of id: RequestID, by principal: Principal = vera) async throws -> Int {
        try await service.transport.call(
          ImpressionEndpoints.report, ImpressionPath(profile: principal.profile ?? profileID("vera")),
          body: ImpressionReport(pageId: id, titleIds: titles), in: .test(principal)
        ).recorded
      }
      #expect(try await report(Array(titles.prefix(7)), of: page.requestId) == 7)
      #expect(try await report(Array(titles.prefix(9)) + [titleID("none"), titleID("t7")], of: page.requestId) == 2)
      #expect(try await report(titles, of: RequestID(at: noon)) == 0)
      let other = Principal(role: .viewer, account: AccountID(seed: "a"), profile: profileID("a"))
      #expect(try await report(titles, of: page.requestId, by: other) == 0)
      let path = ImpressionPath(profile: profileID("vera"))
      for count in [0, 301] {
        let body = ImpressionReport(pageId: page.requestId, titleIds: Array(repeating: titles[0], count: count))
        let problem = await service.refusal(ImpressionEndpoints.report, path, body)
        #expect(problem?.status == 422 && problem?.errors?.map(\.field) == ["titleIds"])
      }
      let foreign = await service.refusal(
        ImpressionEndpoints.report, path, ImpressionReport(pageId: page.requestId, titleIds: titles), by: other)
      #expect(foreign?.status == 404)

      let export = try await service.transport.call(
        RecommendationsExportEndpoints.export,
        ProfileExportPath(account: AccountID(seed: "vera"), profile: profileID("vera")),
        in: .test(.service("gateway")))
      let seen = try #require(export.seen)
      #expect(seen.count == 9)
      for place in seen {
        let row = try #require(page.rows.first { $0.id == place.row })
        #expect(row.items[place.position].titleId == place.titleId)
      }
    }
  }

  @Test("A title the profile does not want is gone from its pages until it is wanted again")
  func hides() async throws {
    try await withRecommendations(sample()) { service, _ in
      func shown() async throws -> Set<TitleID> {
        Set(try await service.rows(by: vera).rows.flatMap { $0.items.map(\.titleId) })
      }
      let path = HiddenTitlePath(profile: profileID("vera"), title: titleID("t10"))
      #expect(try await shown().contains(titleID("t10")))
      for _ in 1...2 { _ = try await service.transport.call(TasteEndpoints.hide, path, in: .test(vera)) }
      #expect(try await !shown().contains(titleID("t10")))
      let taste = try await service.transport.call(
        TasteEndpoints.taste, TastePath(profile: profileID("vera")), in: .test(vera))
      #expect(taste.hidden.map(\.titleId) == [titleID("t10")])
      for _ in 1...2 { _ = try await service.transport.call(TasteEndpoints.unhide, path, in: .test(vera)) }
      #expect(try await shown().contains(titleID("t10")))

      var child = vera
      child.maturityLimit = .twelve
      let adult = HiddenTitlePath(profile: profileID("vera"), title: titleID("t59"))
      let unknown = HiddenTitlePath(profile: profileID("vera"), title: titleID("none"))
      #expect(await service.refusal(TasteEndpoints.hide, adult, Empty(), by: child)?.status == 404)
      #expect(await service.refusal(TasteEndpoints.hide, unknown, Empty())?.status == 404)
      let foreign = HiddenTitlePath(profile: profileID("a"), title: titleID("t1"))
      #expect(await service.refusal(TasteEndpoints.hide, foreign, Empty())?.status == 404)
      #expect(await service.refusal(TasteEndpoints.unhide, foreign, Empty())?.status == 404)
    }
  }

  @Test("More titles than the bound cannot be hidden")
  func boundsHidden() async throws {
    try await withRecommendations(sample(), settings: ["RECOMMENDATIONS_HIDDEN_MAXIMUM": "10"]) { service, _ in
      for index in 0..<10 {
        let path = HiddenTitlePath(profile: profileID("vera"), title: titleID("t\(index)"))
        _ = try await service.transport.call(TasteEndpoints.hide, path, in: .test(vera))
      }
      let path = HiddenTitlePath(profile: profileID("vera"), title: titleID("t11"))
      #expect(await service.refusal(TasteEndpoints.hide, path, Empty())?.status == 409)
    }
  }

  @Test("What is believed of a taste is told with what tells it, and reset it is nothing")
  func resets() async throws {
    try await withRecommendations(sample()) { service, _ in
      let path = TastePath(profile: profileID("vera"))
      let taste = try await service.transport.call(TasteEndpoints.taste, path, in: .test(vera))
      #expect(taste.genres.map(\.genre) == ["drama", "g1"])
      #expect(taste.genres.map(\.weight) == [0.5, 0.5])
      #expect(taste.people == [ProfileTaste.Person(name: "d2", role: .director, weight: 1)])
      #expect(taste.anchors.map(\.titleId) == [titleID("t7")])
      #expect(try await service.rows(by: vera).modelVersion == "similarity")
      _ = try await service.transport.call(TasteEndpoints.reset, path, in: .test(vera))
      let after = try await service.transport.call(TasteEndpoints.taste, path, in: .test(vera))
      #expect(after.genres.isEmpty && after.people.isEmpty && after.anchors.isEmpty)
      #expect(after.resetAt == noon)
      let page = try await service.rows(by: vera)
      #expect(page.modelVersion == "popularity")
      // It is still known what was seen.
      #expect(!page.rows.flatMap(\.items).contains { $0.titleId == titleID("t7") })
      #expect(await service.refusal(TasteEndpoints.reset, TastePath(profile: profileID("a")), Empty())?.status == 404)
    }
  }
}
