import Contract
import Testing

@testable import RecommendationsService

@Suite struct HomePageTests {
  /// Forty titles, half of them playable, in four genres.
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
    let rows = sample.page([sample.watch("t5", share: 0.5), sample.watch("t2", share: 0.1, hoursAgo: 2)]).rows()
    #expect(rows.first?.subject == .continueWatching)
    #expect(sample.names(rows.first) == ["t5", "t2"])
  }

  @Test("No title is twice on a page, whatever was watched")
  func showsNothingTwice() {
    let sample = sample
    let watches = (0..<12).map { sample.watch("t\($0 * 3)", share: Double($0) / 11, hoursAgo: Double($0 + 1)) }
    let items = sample.page(watches).rows().flatMap(\.items)
    #expect(Set(items).count == items.count)
    #expect(items.count > 30)
  }

  @Test("Every row has what can be played first, and of that first what the profile has not finished")
  func ordersPlayableFirst() {
    let sample = sample
    let rows = sample.page([sample.watch("t4", share: 1)]).rows()
    // t3 has most plays, but cannot be played; t4 has more than t8, but is finished.
    #expect(sample.names(rows, "trending") == ["t8", "t4", "t3"])
    for row in rows where row.subject != .continueWatching {
      let playable = row.items.map { sample.shelf.isPlayable[Int($0)] }
      #expect(playable == playable.sorted { $0 && !$1 }, "\(row.subject)")
    }
  }

  @Test("New titles stand in the order in which they were added, the latest first")
  func ordersNewTitles() {
    let sample = sample
    let new = sample.names(sample.page().rows(), "new")
    #expect(new.prefix(3) == ["t0", "t2", "t6"])
    #expect(new.count == 20)
  }

  @Test("Genres stand in the order of the profile's taste, then of popularity")
  func ordersGenres() throws {
    let sample = sample
    let bounds = PageBounds(rowItems: 4)
    func genres(_ watches: [Watch]) -> [String] {
      sample.page(watches, bounds: bounds).rows().compactMap(\.subject.topic)
    }
    // Wars were begun most (t3), then dramas.
    #expect(genres([]) == ["war", "drama", "comedy", "horror"])
    #expect(genres([sample.watch("t2", share: 1), sample.watch("t1", share: 0.3)]).prefix(2) == ["horror", "comedy"])
  }

  @Test("Nothing above the maturity limit is on the page, in more of a row or to be continued")
  func holdsMaturityLimit() {
    let names = MaturityRating.allCases.map(\.rawValue)
    let sample = SampleShelf(
      MaturityRating.allCases.map { facts($0.rawValue, maturity: $0) }, named: names,
      plays: Dictionary(uniqueKeysWithValues: names.map { ($0, 5) }))
    let watches = [sample.watch("18", share: 0.5), sample.watch("7", share: 0.5)]
    for limit in MaturityRating.allCases {
      let page = sample.page(watches, limit: limit, bounds: PageBounds(genreRowItemsMinimum: 1))
      let shown = Set(page.rows().flatMap { sample.names($0) })
      #expect(shown == Set(MaturityRating.allCases.filter { $0 <= limit }.map(\.rawValue)))
      #expect(sample.names(page.row("new", after: nil, limit: 50)).contains("18") == false)
      #expect(sample.names(page.row("continueWatching", after: nil, limit: 50)).contains("18") == (limit == .eighteen))
    }
  }

  @Test("A title played before catalog told of it is in no row")
  func leavesOutUndescribedTitles() {
    let sample = SampleShelf([facts("a"), facts("b"), facts("c")], named: ["a", "b", "c"])
    let unknown = Watch(
      title: 99, positionSeconds: 500, durationSeconds: 1000, watchedSeconds: 500, lastAt: noon)
    #expect(sample.page([unknown]).rows().flatMap(\.items).count == 3)
    #expect(sample.page([unknown]).rows().allSatisfy { $0.subject != .continueWatching })
  }

  @Test("A page has at most twelve rows of twenty titles, and says where a row goes on")
  func boundsPage() {
    let names = (0..<900).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<900).map { facts("t\($0)", genres: ["g\($0 % 30)"]) }, named: names,
      plays: Dictionary(uniqueKeysWithValues: names.map { ($0, 3) }))
    let rows = sample.page((0..<60).map { sample.watch("t\($0)", share: 0.5) }).rows()
    #expect(rows.count == 12)
    #expect(rows.allSatisfy { $0.items.count <= 20 })
    #expect(rows.allSatisfy { $0.next != nil })
  }

  @Test("More of a row, page after page, gives the whole row once and ends")
  func pagesThroughRow() throws {
    let sample = sample
    let page = sample.page([sample.watch("t4", share: 0.5)])
    var seen: [String] = []
    var cursor: RowCursor?
    repeat {
      let row = try #require(page.row("new", after: cursor, limit: 7))
      seen += sample.names(row)
      cursor = row.next
    } while cursor != nil
    #expect(seen.count == 39)
    #expect(Set(seen).count == 39)
    #expect(!seen.contains("t4"))
  }

  @Test("A row goes on after the last title shown, also when new titles have come in before it")
  func pagesStably() throws {
    let before = sample
    let first = try #require(before.page().row("new", after: nil, limit: 5))
    let after = SampleShelf(
      (0..<40).map { facts("t\($0)", isPlayable: $0 % 2 == 0, addedDaysAgo: Double($0)) }
        + [facts("fresh", addedDaysAgo: 0)], named: (0..<40).map { "t\($0)" } + ["fresh"])
    let second = try #require(after.page().row("new", after: first.next, limit: 5))
    #expect(before.names(first) == ["t0", "t2", "t4", "t6", "t8"])
    #expect(after.names(second) == ["t10", "t12", "t14", "t16", "t18"])
  }

  @Test("A row that no page has is none, and a cursor that no row gave is refused")
  func refusesUnknownRows() {
    #expect(sample.page().row("genre-opera", after: nil, limit: 5) == nil)
    #expect(sample.page().row("", after: nil, limit: 5) == nil)
    for text in ["", "5", "x.\(titleID("t1"))", "-1.\(titleID("t1"))", "5.ttl_nonsense", "5.\(titleID("t1")).6"] {
      #expect(throws: RecommendationsError.cursorUnknown) { try RowCursor(text) }
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
    let rows = sample.page([sample.watch("t0", share: 0.95)], bounds: PageBounds(rowItems: 3)).rows()
    #expect(rows.map(\.subject.id) == ["trending", "new"])
  }
}

@Suite struct SimilarityTests {
  private let sample = SampleShelf(
    [
      facts("nosferatu", genres: ["horror", "fantasy"], directors: ["F. W. Murnau"], cast: ["Max Schreck"]),
      facts("faust", genres: ["fantasy", "drama"], directors: ["F. W. Murnau"], cast: ["Emil Jannings"]),
      facts("vampyr", genres: ["horror", "fantasy"], directors: ["Carl Theodor Dreyer"]),
      facts("the-kid", genres: ["comedy", "drama"], directors: ["Charlie Chaplin"]),
      facts("gold-rush", genres: ["comedy"], directors: ["Charlie Chaplin"]),
      facts("carnival", genres: ["horror"], maturity: .eighteen, directors: ["Herk Harvey"]),
    ], named: ["nosferatu", "faust", "vampyr", "the-kid", "gold-rush", "carnival"])

  private func neighbours(_ name: String, limit: MaturityRating = .eighteen) -> [String] {
    sample.shelf.similarity.neighbours(of: sample.number(name), limit: 10) {
      Int(sample.shelf.minimumAge[Int($0)]) <= limit.minimumAge
    }.map { sample.names[Int($0.title)] }
  }

  @Test("What shares genres and people is alike, never the title itself, nor what shares nothing")
  func findsLikeTitles() {
    #expect(Set(neighbours("nosferatu")) == ["faust", "vampyr", "carnival"])
    #expect(neighbours("the-kid").first == "gold-rush")
  }

  @Test("A title above the maturity limit is not told of")
  func holdsMaturityLimit() {
    #expect(!neighbours("nosferatu", limit: .sixteen).contains("carnival"))
  }

  @Test("The reason names what two titles share most rarely")
  func namesSharedFeature() {
    let neighbours = sample.shelf.similarity.neighbours(of: sample.number("nosferatu"), limit: 10) { _ in true }
    let faust = neighbours.first { $0.title == sample.number("faust") }
    #expect(faust?.shared == .director("F. W. Murnau"))
  }
}
