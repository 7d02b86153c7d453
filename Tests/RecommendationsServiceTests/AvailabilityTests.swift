import Contract
import RecommendationsAPI
import Synchronization
import TestKit
import Testing

@testable import RecommendationsService

/// What is shown to whom, by windows and territories.
@Suite struct AvailabilityTests {
  private static let german = [Territory("DE")].compactMap(\.self)

  /// Every third film is German, every third closes at noon, and all are alike.
  private var sample: SampleShelf {
    let titles = (0..<60).map { index in
      facts(
        "t\(index)", genres: ["g\(index % 4)"], directors: ["d\(index % 5)"],
        availability: [nil, Availability(territories: Self.german), Availability(until: noon)][index % 3])
    }
    let names = titles.indices.map { "t\($0)" }
    return SampleShelf(titles, named: names, plays: Dictionary(uniqueKeysWithValues: names.map { ($0, 5) }))
  }

  private func page(_ sample: SampleShelf, _ watches: [Watch], in country: String?, at now: Timestamp) -> ComposedPage {
    let composer = PageComposer(
      shelf: sample.shelf, viewer: sample.viewer(watches, in: country, at: now),
      rankers: Rankers(best: SimilarityRanker()), bounds: PageBounds(rowItems: 6))
    var random = SeededRandom(seed: 1)
    return composer.page(using: &random)
  }

  @Test(
    "No row, reason or anchor shows what is not for now and here, though what was watched of it still tells of taste",
    arguments: [-1.0, 0], ["DE", "FR", nil])
  func page(seconds: Double, country: String?) {
    let sample = sample
    let now = noon.adding(seconds: seconds)
    let watches = (0..<12).map { sample.watch("t\($0)", share: $0 % 2 == 0 ? 1 : 0.5, hoursAgo: Double($0 + 1)) }
    let viewer = sample.viewer(watches, in: country, at: now)
    let page = page(sample, watches, in: country, at: now)
    func isThere(_ title: TitleNumber) -> Bool { sample.shelf.admits(title, to: viewer.audience) }
    #expect(!page.shown.isEmpty && page.shown.allSatisfy(isThere))
    for row in page.rows {
      if case .becauseYouWatched(let anchor, _) = row.subject { #expect(isThere(anchor)) }
    }
    #expect(page.rows.contains { $0.subject.kind == .becauseYouWatched })
    for reason in page.reasons.values {
      if let title = reason.titleId.flatMap(sample.shelf.number(of:)) { #expect(isThere(title)) }
    }
    let taste = Taste(viewer: viewer, shelf: sample.shelf).described(hidden: [], by: "m")
    #expect(taste.anchors.allSatisfy { sample.shelf.number(of: $0.titleId).map(isThere) == true })
    #expect(viewer.history.count == sample.viewer(watches, in: "DE", at: noon.adding(seconds: -1)).history.count)
    let offered = Onboarding.offer(from: sample.shelf, for: viewer.audience, count: 60)
    #expect(Set(offered) == Set(TitleNumber(1)...60).filter(isThere))
  }

  @Test("A title of a page that was given out is in no more of its rows once its window has closed")
  func scrolling() async throws {
    let time = Mutex(noon.adding(seconds: -1))
    var events = SampleEvents()
    for index in 0..<40 {
      try events.title(
        facts("t\(index)", addedDaysAgo: Double(index), availability: index % 2 == 0 ? nil : Availability(until: noon)))
    }
    let settings = ["RECOMMENDATIONS_ROW_ITEMS": "8"]
    let clock = WallClock { time.withLock { $0 } }
    try await withRecommendations(events, settings: settings, clock: clock) { service, _ in
      func more(_ cursor: String?) async throws -> RecommendedRow {
        try await service.transport.call(
          RecommendationsEndpoints.row,
          RowQuery(profile: profileID("vera"), row: "new", maturityLimit: .eighteen, limit: 6, cursor: cursor),
          in: .test(vera))
      }
      let closing = Set((0..<40).filter { $0 % 2 == 1 }.map { titleID("t\($0)") })
      let rows = try await service.rows(by: vera).rows
      let cursor = try #require(rows.first { $0.kind == .new }?.next)
      let before = try await more(cursor)
      #expect(before.items.contains { closing.contains($0.titleId) })
      time.withLock { $0 = noon }
      let after = try await more(cursor)
      #expect(!after.items.isEmpty && !after.items.contains { closing.contains($0.titleId) })
      #expect(try await !service.rows(by: vera).rows.contains { $0.items.contains { closing.contains($0.titleId) } })
    }
  }

  @Test("What the catalogue told of windows and territories is kept, and holds for rows, likeness, picks and hiding")
  func routes() async throws {
    var events = SampleEvents()
    for index in 0..<20 {
      try events.title(
        facts("t\(index)", availability: index == 0 ? Availability(territories: Self.german) : nil))
    }
    try await withRecommendations(events) { service, _ in
      for (country, isThere) in [("DE", true), ("FR", false), ("", false)] {
        var caller = vera
        caller.territory = Territory(country)
        let foreign = titleID("t0")
        let rows = try await service.rows(by: caller).rows
        #expect(rows.contains { $0.items.contains { $0.titleId == foreign } } == isThere)
        let similar = try await service.transport.call(
          RecommendationsEndpoints.similar, SimilarQuery(title: titleID("t1")), in: .test(caller))
        #expect(similar.items.contains { $0.titleId == foreign } == isThere)
        let path = OnboardingPath(profile: profileID("vera"))
        let offer = try await service.transport.call(OnboardingEndpoints.offer, path, in: .test(caller))
        #expect(offer.titleIds.contains(foreign) == isThere)
        let pick = await service.refusal(
          OnboardingEndpoints.pick, path, OnboardingPicks(titleIds: [foreign]), by: caller)
        #expect(pick?.status == (isThere ? nil : 422))
        let hidden = HiddenTitlePath(profile: profileID("vera"), title: foreign)
        let hiding = await service.refusal(TasteEndpoints.hide, hidden, Empty(), by: caller)
        #expect(hiding?.status == (isThere ? nil : 404))
        if isThere {
          _ = try await service.transport.call(TasteEndpoints.unhide, hidden, in: .test(caller))
        }
      }
    }
  }
}
