import Contract
import RecommendationsAPI
import Testing

@testable import RecommendationsService

@Suite struct KidsTests {
  /// Films for all and for adults, by the same people and in the same genres.
  private var sample: SampleShelf {
    let names = (0..<60).map { "t\($0)" }
    let titles = (0..<60).map { index in
      facts(
        "t\(index)", genres: ["g\(index % 4)"], maturity: index % 3 == 0 ? .eighteen : .all,
        directors: ["d\(index % 6)"])
    }
    let plays = Dictionary(uniqueKeysWithValues: names.map { ($0, Int32(5)) })
    return SampleShelf(titles, named: names, plays: plays)
  }

  private func isAdult(_ title: TitleNumber, _ sample: SampleShelf) -> Bool {
    sample.shelf.minimumAge[Int(title)] > 12
  }

  @Test("A kids' profile sees no row, no reason and no title that comes from what only adults may see")
  func seesNothingOfAdults() {
    let sample = sample
    // Watched on this profile before its limit was lowered, or by an adult on it.
    let adult = (0..<20).map { sample.watch("t\($0 * 3)", share: $0 % 2 == 0 ? 1 : 0.5, hoursAgo: Double($0 + 1)) }
    let own = [sample.watch("t1", share: 1, hoursAgo: 30), sample.watch("t4", share: 0.5, hoursAgo: 31)]
    let rows = sample.rows(adult + own, limit: .twelve, bounds: PageBounds(rowItems: 6))
    #expect(rows.flatMap(\.items).allSatisfy { !isAdult($0, sample) })
    let adultIDs = Set(adult.compactMap { sample.shelf.facts[Int($0.title)]?.id })
    for row in rows {
      if case .becauseYouWatched(let anchor, _) = row.subject { #expect(!isAdult(anchor, sample)) }
      #expect(!adultIDs.contains { row.subject.id.contains($0.description) })
      for title in row.items { #expect(row.reason(of: title).titleId.map { !adultIDs.contains($0) } ?? true) }
    }
    #expect(rows.contains { $0.subject.kind == .becauseYouWatched })
  }

  @Test("The page of a kids' profile is the one it would have if it had never watched what is for adults")
  func learnsNothingFromAdults() {
    let sample = sample
    let adult = (0..<20).map { sample.watch("t\($0 * 3)", share: 1, hoursAgo: Double($0 + 1)) }
    let own = [sample.watch("t1", share: 1, hoursAgo: 30), sample.watch("t5", share: 1, hoursAgo: 31)]
    #expect(sample.rows(adult + own, limit: .twelve) == sample.rows(own, limit: .twelve))
    #expect(sample.rows(adult + own, limit: .eighteen) != sample.rows(own, limit: .eighteen))
    for row in ["because-\(titleID("t3"))", "because-\(titleID("t0"))"] {
      #expect(sample.composer(adult + own, limit: .twelve).titles(ofRow: row, besides: []) == nil)
    }
  }

  @Test("Nothing above the maturity limit is on the page, in more of a row or to be continued")
  func holdsMaturityLimit() {
    let names = MaturityRating.allCases.map(\.rawValue)
    let sample = SampleShelf(
      MaturityRating.allCases.map { facts($0.rawValue, maturity: $0) }, named: names,
      plays: Dictionary(uniqueKeysWithValues: names.map { ($0, 5) }))
    let watches = [sample.watch("18", share: 0.5), sample.watch("7", share: 0.5)]
    for limit in MaturityRating.allCases {
      let composer = sample.composer(watches, limit: limit, bounds: PageBounds(genreRowItemsMinimum: 1))
      var random = SeededRandom(seed: 1)
      let shown = Set(composer.page(using: &random).shown.map { sample.names[Int($0)] })
      #expect(shown == Set(MaturityRating.allCases.filter { $0 <= limit }.map(\.rawValue)))
      for row in ["new", "trending", "genre-drama", "topPicks"] {
        let titles = composer.titles(ofRow: row, besides: [])?.titles ?? []
        #expect(titles.allSatisfy { sample.shelf.admits($0, to: audience(limit)) })
      }
      let unfinished = composer.titles(ofRow: "continueWatching", besides: [])?.titles ?? []
      #expect(unfinished.contains(sample.number("18")) == (limit == .eighteen))
    }
  }

  @Test("What is believed of a kids' profile says nothing of what is for adults")
  func describesNothingOfAdults() {
    let sample = sample
    let adult = (0..<20).map { sample.watch("t\($0 * 3)", share: 1, hoursAgo: Double($0 + 1)) }
    let own = [sample.watch("t1", share: 1, hoursAgo: 30)]
    let viewer = sample.viewer(adult + own, limit: .twelve)
    let taste = Taste(viewer: viewer, shelf: sample.shelf).described(hidden: [], by: "m")
    #expect(taste.anchors.map(\.titleId) == [titleID("t1")])
    #expect(taste.genres.map(\.genre) == ["g1"])
    #expect(taste.people.map(\.name) == ["d1"])
  }
}
