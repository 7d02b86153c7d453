import Contract
import RecommendationsAPI
import Testing

@testable import RecommendationsService

@Suite struct PageComposerTests {
  /// Forty titles, half of them playable, in four genres; wars are begun most (t3), then dramas.
  private var sample: SampleShelf {
    let names = (0..<40).map { "t\($0)" }
    let titles = (0..<40).map { index in
      facts(
        "t\(index)", genres: [["drama"], ["comedy"], ["horror"], ["war"]][index % 4], isPlayable: index % 2 == 0,
        addedDaysAgo: Double(index))
    }
    return SampleShelf(titles, named: names, plays: ["t4": 30, "t8": 10, "t3": 50])
  }

  @Test("Continue watching comes first, the latest watched title first")
  func startsWithContinueWatching() {
    let sample = sample
    let rows = sample.rows([sample.watch("t5", share: 0.5), sample.watch("t2", share: 0.1, hoursAgo: 2)])
    #expect(rows.first?.subject == .continueWatching)
    #expect(sample.names(rows.first) == ["t5", "t2"])
  }

  @Test("No title is twice on a page, whatever was watched")
  func showsNothingTwice() {
    let sample = sample
    let watches = (0..<12).map { sample.watch("t\($0 * 3)", share: Double($0) / 11, hoursAgo: Double($0 + 1)) }
    for seed in 0..<50 {
      var random = SeededRandom(seed: UInt64(seed))
      let page = sample.composer(watches, bounds: PageBounds(rowItems: 6)).page(using: &random)
      let items = page.rows.flatMap(\.items)
      #expect(Set(items).count == items.count)
      #expect(Set(items) == page.shown)
      #expect(items.count > 30)
    }
  }

  @Test("Every row but what trends and what is new has what can be played first")
  func ordersPlayableFirst() {
    let sample = sample
    let rows = sample.rows([sample.watch("t4", share: 1)])
    for row in rows where row.subject != .continueWatching {
      let playable = row.items.map { sample.shelf.isPlayable[Int($0)] }
      #expect(playable == playable.sorted { $0 && !$1 }, "\(row.subject)")
    }
  }

  @Test("What was seen to the end, and what the profile does not want, is in no row")
  func leavesOutSeenAndHidden() {
    let sample = sample
    let shown = sample.rows([sample.watch("t4", share: 1)], hidden: ["t8", "t3"]).flatMap { sample.names($0) }
    #expect(shown.count > 30)
    #expect(Set(shown).isDisjoint(with: ["t4", "t8", "t3"]))
  }

  @Test("Somebody of whom nothing is known gets what is popular, not top picks")
  func startsCold() {
    let sample = sample
    let rows = sample.rows()
    #expect(rows.first?.subject == .popular)
    #expect(sample.names(rows.first).prefix(2) == ["t4", "t8"])
    #expect(!rows.contains { $0.subject == .topPicks || $0.subject.kind == .becauseYouWatched })
  }

  @Test("Top picks follow the taste, and name what they are shown for")
  func picksByTaste() throws {
    let sample = sample
    let policy = PagePolicy(explores: false)
    let rows = sample.rows([sample.watch("t2", share: 1)], policy: policy, bounds: PageBounds(rowItems: 4))
    let picks = try #require(rows.first { $0.subject == .topPicks })
    let first = try #require(picks.items.first)
    #expect(sample.shelf.facts[Int(first)]?.genres == ["horror"])
    #expect(
      picks.reason(of: first) == Reason(kind: .watched, text: "Because of what you watched", titleId: titleID("t2")))
  }

  @Test("What is only on the list is no film that was watched: no row says so, and reasons say liked")
  func namesLikedTitles() {
    let sample = sample
    var listed = Interaction(title: sample.number("t2"))
    listed.isListed = true
    listed.lastAt = noon
    let viewer = Viewer(
      profile: profileID("vera"), watches: [], audience: audience(), taste: TasteHistory(interactions: [listed]),
      on: sample.shelf)
    let composer = PageComposer(
      shelf: sample.shelf, viewer: viewer, rankers: Rankers(best: SimilarityRanker()),
      policy: PagePolicy(explores: false), bounds: PageBounds(rowItems: 4))
    var random = SeededRandom(seed: 1)
    let page = composer.page(using: &random)
    #expect(page.rows.first?.subject == .topPicks)
    #expect(page.rows.allSatisfy { $0.subject.kind != .becauseYouWatched })
    #expect(Set(page.reasons.values.map(\.kind)).contains(.liked))
    #expect(!page.reasons.values.contains { $0.kind == .watched })
  }

  @Test("At most three rows say because you watched, each of another title")
  func boundsBecauseRows() {
    let genres = (0..<8).map { "g\($0)" }
    let names = (0..<400).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<400).map { facts("t\($0)", genres: [genres[$0 % 8]], directors: ["d\($0 % 40)"]) }, named: names)
    let watches = (0..<8).map { sample.watch("t\($0)", share: 1, hoursAgo: Double($0 + 1)) }
    let rows = sample.rows(watches, bounds: PageBounds(rowItems: 5))
    let anchors = rows.filter { $0.subject.kind == .becauseYouWatched }.map(\.subject.id)
    #expect(anchors.count == 3)
    #expect(Set(anchors).count == 3)
    #expect(
      sample.rows(watches, bounds: PageBounds(rowItems: 5, becauseRows: 0)).allSatisfy {
        $0.subject.kind != .becauseYouWatched
      })
  }

  @Test("What trends and what is new has a place on every page, however little it promises")
  func keepsTrendsAndNews() {
    let names = (0..<600).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<600).map { facts("t\($0)", genres: ["g\($0 % 30)"], addedDaysAgo: Double(600 - $0)) }, named: names,
      plays: Dictionary(uniqueKeysWithValues: names.suffix(100).map { ($0, 3) }))
    let watches = (0..<30).map { sample.watch("t\($0)", share: 1, hoursAgo: Double($0 + 1)) }
    let rows = sample.rows(watches)
    #expect(rows.count == 12)
    #expect(rows.contains { $0.subject == .new } && rows.contains { $0.subject == .trending })
    #expect(rows.allSatisfy { $0.items.count <= 20 })
  }

  @Test("Rows stand in the order of what they promise the profile")
  func ordersByPromise() {
    let sample = sample
    let watches = [sample.watch("t2", share: 1), sample.watch("t1", share: 0.95, watched: 0.3)]
    let bounds = PageBounds(rowItems: 4, becauseRows: 0)
    let genres = sample.rows(watches, policy: PagePolicy(explores: false), bounds: bounds).compactMap(\.subject.topic)
    #expect(genres.prefix(2) == ["horror", "comedy"])
    // Wars were begun most, then dramas.
    #expect(Set(sample.rows(bounds: bounds).compactMap(\.subject.topic).prefix(2)) == ["war", "drama"])
  }

  @Test("Rows are compared by what is seen of them without scrolling")
  func comparesWhatIsSeen() {
    let names = (0..<40).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<40).map { facts("t\($0)") }, named: names, plays: Dictionary(uniqueKeysWithValues: names.map { ($0, 5) }))
    func value(of count: Int, visible: Int) -> Float {
      let composer = sample.composer(bounds: PageBounds(visibleItems: visible))
      return composer.value(of: Array(composer.sources.byScore().prefix(count)))
    }
    #expect(value(of: 20, visible: 6) == value(of: 6, visible: 6))
    #expect(value(of: 20, visible: 6) > value(of: 5, visible: 6))
    #expect(value(of: 20, visible: 20) > value(of: 6, visible: 20))
  }

  @Test(
    "What is seen of the first rows is dealt before the rest of them: no better title is hidden at the end of a row")
  func dealsWhatIsSeenFirst() {
    let names = (0..<400).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<400).map { facts("t\($0)", genres: ["g\($0 % 3)", "h\($0 % 4)"], directors: ["d\($0 % 40)"]) }, named: names,
      plays: Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32(400 - $0)) }))
    let watches = (0..<8).map { sample.watch("t\($0)", share: 1, hoursAgo: Double($0 + 1)) }
    let composer = sample.composer(watches, policy: PagePolicy(calibrationShare: 0, explores: false))
    var random = SeededRandom(seed: 1)
    let page = composer.page(using: &random)
    let best = composer.sources.byScore()
    #expect(page.rows.prefix(5).allSatisfy { $0.items.count == 20 })
    #expect(Array(page.rows[0].items.prefix(6)) == Array(best.prefix(6)))
    let seen = Set(page.rows.prefix(5).flatMap { $0.items.prefix(6) })
    #expect(seen.count == 30)
    let hidden = page.rows.prefix(5).flatMap { $0.items.dropFirst(6) }
    let later = page.rows.dropFirst(5).flatMap(\.items)
    let scores = composer.sources.ranking.scores
    let promise = { (titles: [TitleNumber]) in titles.reduce(Float(0)) { $0 + scores[Int($1)] } / Float(titles.count) }
    #expect(promise(Array(seen)) > promise(hidden))
    #expect(promise(Array(seen)) > 0.99 * promise(Array(best.prefix(30))))
    // What else is in those rows comes before the next screen, but for what trends and is new.
    #expect(promise(hidden) > promise(later))
  }

  @Test("The title drawn by chance is one that is seen nowhere else on the first screen, at the sixth place")
  func exploresBeyondTheScreen() throws {
    let names = (0..<400).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<400).map { facts("t\($0)", genres: ["g\($0 % 8)"], directors: ["d\($0 % 40)"]) }, named: names)
    let watches = (0..<8).map { sample.watch("t\($0)", share: 1, hoursAgo: Double($0 + 1)) }
    let composer = sample.composer(watches)
    let best = composer.sources.byScore()
    var drawn: Set<TitleNumber> = []
    for seed in 0..<30 {
      var random = SeededRandom(seed: UInt64(seed))
      let page = composer.page(using: &random)
      let explored = try #require(page.exploration)
      #expect(page.rows[0].items[5] == explored.title && page.rows[0].items.count == 20)
      #expect(page.propensities == [explored.title: 0.05])
      let seen = Set(page.rows.prefix(5).flatMap { $0.items.prefix(6) }).subtracting([explored.title])
      #expect(seen.count == 29)
      let pool = best.filter { !seen.contains($0) }.prefix(20)
      #expect(
        pool.contains(explored.title)
          && pool.firstIndex(of: explored.title).map { pool.distance(from: pool.startIndex, to: $0) } == explored.rank)
      drawn.insert(explored.title)
    }
    #expect(drawn.count > 10)
  }

  @Test("Where rows are shorter than six no place goes to chance, and few that are seen hide no genre")
  func respectsShortRows() {
    let names = (0..<100).map { "t\($0)" }
    let sample = SampleShelf((0..<100).map { facts("t\($0)", genres: ["g\($0 % 4)"]) }, named: names)
    let watches = [sample.watch("t1", share: 1)]
    for (bounds, count) in [(PageBounds(rowItems: 5), 5), (PageBounds(visibleItems: 2), 20)] {
      var random = SeededRandom(seed: 1)
      let page = sample.composer(watches, bounds: bounds).page(using: &random)
      #expect(page.exploration == nil && page.propensities.isEmpty)
      #expect(page.rows.map(\.items.count).max() == count)
      #expect(page.rows.contains { $0.subject.topic != nil })
    }
  }

  @Test("A genre of too few titles left has no row, and its titles stay for others")
  func leavesOutThinGenres() {
    let names = (0..<6).map { "t\($0)" }
    let sample = SampleShelf(
      [
        facts("t0", genres: ["war", "drama"]), facts("t1", genres: ["war", "drama"]), facts("t2", genres: ["drama"]),
        facts("t3", genres: ["opera"], addedDaysAgo: 1), facts("t4", genres: ["opera"], addedDaysAgo: 1),
        facts("t5", genres: ["opera"], addedDaysAgo: 1),
      ], named: names, plays: ["t0": 1])
    let rows = sample.rows(bounds: PageBounds(rowItems: 3))
    #expect(rows.map(\.subject.id) == ["trending", "new"])
  }

  @Test("A title played before catalog told of it is in no row")
  func leavesOutUndescribedTitles() {
    let sample = SampleShelf([facts("a"), facts("b"), facts("c")], named: ["a", "b", "c"])
    let unknown = Watch(
      title: 99, positionSeconds: 500, durationSeconds: 1000, watchedSeconds: 500, lastAt: noon)
    #expect(sample.rows([unknown]).flatMap(\.items).count == 3)
    #expect(sample.rows([unknown]).allSatisfy { $0.subject != .continueWatching })
  }
}
