import CatalogAPI
import Contract
import PlaybackAPI
import RecommendationsAPI
import TestKit
import Testing

@testable import Gateway

@Suite struct HomePageTests {
  private let general = Sample.title("The \"General\"\n", at: 1)
  private let nosferatu = Sample.title("Nosferatu", maturity: .sixteen, genres: ["horror"], at: 2)
  private let metropolis = Sample.title("Metropolis", genres: ["sci-fi"], isPlayable: false, at: 3)

  @Test("A card says what the catalogue, the rows and the resume points know")
  func card() async throws {
    let pages = try Pages([general])
    pages.playback.answer { [general] _ in Sample.resume(general, at: 41.25) }
    let page = try await pages.home()
    let row = page["rows"][0]
    let card = row["cards"][0]
    #expect(page["degraded"] == .array([]))
    #expect(row["title"].text == "Trending now")
    #expect(row["next"].text == "more\"")
    #expect(card["titleId"].text == general.id.description)
    #expect(card["name"].text == "The \"General\"\n")
    #expect(card["year"].number == 1924)
    #expect(card["playable"].bool == true)
    #expect(card["artwork"]["poster"].text == "/artwork/\(AssetID(seed: general.name))/poster.jpg")
    #expect(card["resume"]["positionSeconds"].number == 41.25)
    #expect(card["resume"]["durationSeconds"].number == 100)
    #expect(card["reason"]["kind"].text == "trending")
    #expect(card["requestId"].text == RequestID(seed: "page").description)
    #expect(card["modelVersion"].text == "m7")
    #expect(card["propensity"].number == 1)
  }

  @Test("A title above the profile's limit is nowhere on the page, and a row without cards is left out")
  func maturity() async throws {
    let pages = try Pages([nosferatu])
    #expect(try await pages.home(limit: .sixteen)["rows"].items.count == 1)
    #expect(try await pages.home(limit: .twelve)["rows"].items.isEmpty)
  }

  @Test("A page asked for again costs no hop until an event outdates it")
  func kept() async throws {
    let pages = try Pages([general])
    for _ in 0..<5 { _ = try await pages.home() }
    #expect(pages.recommendations.calls == 1)
    #expect(pages.playback.calls == 1)
    pages.parts.apply(try Sample.viewingEvent(seq: 1))
    pages.recommendations.answer { [general] _ in Sample.rows([general], seq: 1) }
    for _ in 0..<5 { _ = try await pages.home() }
    #expect(pages.recommendations.calls == 2)
    #expect(pages.playback.calls == 2)
  }

  @Test("Another profile's events outdate nothing")
  func foreignEvents() async throws {
    let pages = try Pages([general])
    _ = try await pages.home()
    pages.parts.apply(try Sample.viewingEvent(seq: 1, of: ProfileID(seed: "other")))
    _ = try await pages.home()
    #expect(pages.recommendations.calls == 1)
  }

  @Test("Rows made before the latest known event are shown but not kept")
  func slowReader() async throws {
    let pages = try Pages([general])
    pages.parts.apply(try Sample.viewingEvent(seq: 7))
    pages.recommendations.answer { [general] _ in Sample.rows([general], seq: 6) }
    for _ in 0..<3 { #expect(try await pages.home()["rows"].items.count == 1) }
    #expect(pages.recommendations.calls == 3)
    pages.recommendations.answer { [general] _ in Sample.rows([general], seq: 7) }
    for _ in 0..<3 { _ = try await pages.home() }
    #expect(pages.recommendations.calls == 4)
  }

  @Test("Rows are outdated by a change of the catalogue, and not kept while recommendations has yet to see it")
  func changedCatalogue() async throws {
    let pages = try Pages([general])
    _ = try await pages.home()
    try pages.catalogue.apply([metropolis], at: Sample.catalogue(2))
    for _ in 0..<2 { _ = try await pages.home() }
    #expect(pages.recommendations.calls == 3)
    pages.recommendations.answer { [general, metropolis] _ in Sample.rows([metropolis, general], catalog: 2) }
    for _ in 0..<2 { #expect(try await pages.home()["rows"][0]["cards"].items.count == 2) }
    #expect(pages.recommendations.calls == 4)
    #expect(pages.playback.calls == 1)
  }

  @Test("What one asks while another asks the same is asked once")
  func singleFlight() async throws {
    let pages = try Pages([general])
    let release = pages.recommendations.hold()
    let asked = (0..<100).map { _ in Task { try await pages.home() } }
    try await eventually { pages.playback.calls == 1 && pages.recommendations.calls == 1 }
    release()
    for page in asked { #expect(try await page.value["degraded"] == .array([])) }
    #expect(pages.recommendations.calls == 1)
  }

  @Test("A profile with a new maturity limit is asked about anew")
  func changedLimit() async throws {
    let pages = try Pages([general])
    _ = try await pages.home(limit: .eighteen)
    _ = try await pages.home(limit: .twelve)
    #expect(pages.recommendations.calls == 2)
  }

  @Test("A heartbeat through this gateway shows at once, without waiting for its event")
  func heartbeat() async throws {
    let pages = try Pages([general])
    _ = try await pages.home()
    pages.playback.answer { [general] _ in Sample.resume(general, at: 50) }
    #expect(try await pages.home()["rows"][0]["cards"][0]["resume"] == .null)
    pages.parts.viewingChanged(of: Sample.account)
    #expect(try await pages.home()["rows"][0]["cards"][0]["resume"]["positionSeconds"].number == 50)
    #expect(pages.recommendations.calls == 1)
  }

  @Test("My list is a row beneath what is to be continued, and every card says whether it is on it and its thumbs")
  func myList() async throws {
    let pages = try Pages([general, nosferatu, metropolis])
    pages.playback.answer { [general, nosferatu] _ in
      ResumePoints(
        points: [], list: [nosferatu.id, general.id], ratings: [Rating(titleId: general.id, thumbs: .love)])
    }
    let page = try await pages.home(limit: .twelve)
    #expect(page["rows"].items.map { $0["kind"].text } == ["myList", "trending"])
    #expect(page["rows"][0]["id"].text == "my-list")
    #expect(page["rows"][0]["cards"].items.map { $0["titleId"].text } == [general.id.description])
    #expect(page["rows"][0]["cards"][0]["inMyList"].bool == true)
    #expect(page["rows"][0]["cards"][0]["rating"].text == "love")
    #expect(page["rows"][0]["cards"][0]["reason"]["text"].text == "On your list")
    // What is on the list is in no other row of the page.
    let cards = page["rows"][1]["cards"].items
    #expect(cards.map { $0["titleId"].text } == [metropolis.id.description])
    #expect(cards.map { $0["inMyList"].bool } == [false])
    #expect(cards.map { $0["rating"].text } == [nil])
  }

  @Test("A row says which film it is for by its name, unless the profile may not see that film")
  func becauseYouWatched() async throws {
    let pages = try Pages([general, nosferatu, metropolis])
    let (nosferatu, metropolis) = (nosferatu, metropolis)
    pages.recommendations.answer { _ in
      let reason = Reason(kind: .watched, text: "Because of what you watched", titleId: nosferatu.id)
      let items = [RecommendedItem(titleId: metropolis.id, reason: reason, propensity: 0.05)]
      var answer = Sample.rows([metropolis])
      answer.rows = [
        RecommendedRow(
          id: "because-\(nosferatu.id)", kind: .becauseYouWatched, topic: nosferatu.id.description, items: items,
          next: nil),
        RecommendedRow(id: "topPicks", kind: .topPicks, items: items, next: nil),
      ]
      return answer
    }
    let page = try await pages.home()
    #expect(page["rows"][0]["title"].text == "Because you watched Nosferatu")
    #expect(page["rows"][0]["cards"][0]["reason"]["text"].text == "Because you watched Nosferatu")
    #expect(page["rows"][0]["cards"][0]["propensity"].number == 0.05)
    let child = try await pages.home(limit: .twelve)
    #expect(child["rows"].items.map { $0["id"].text } == ["topPicks"])
    #expect(child["rows"][0]["cards"][0]["reason"]["text"].text == "Picked for you")
    #expect(child["rows"][0]["cards"][0]["reason"]["titleId"] == .null)
  }

  @Test("What a profile says of titles by way of this gateway changes its rows at once")
  func opinions() async throws {
    let pages = try Pages([general])
    for _ in 0..<3 { _ = try await pages.home() }
    pages.parts.rowsChanged(of: Sample.profile)
    for _ in 0..<3 { _ = try await pages.home() }
    #expect(pages.recommendations.calls == 2)
    pages.parts.rowsChanged(of: ProfileID(seed: "other"))
    _ = try await pages.home()
    #expect(pages.recommendations.calls == 2)
  }

  @Test("More of my list comes page by page in its order, without a hop")
  func moreOfMyList() async throws {
    let titles = (0..<7).map { Sample.title("T\($0)", at: Int64($0)) }
    let pages = try Pages(titles, environment: ["MATINEE_GATEWAY_ROW_TITLES": "3"])
    pages.playback.answer { _ in ResumePoints(points: [], list: titles.map(\.id)) }
    var cursor = try await pages.home()["rows"][0]["next"].text
    var seen = 3
    while let at = cursor {
      let row = try await pages.row("my-list", cursor: at)
      for card in row["cards"].items {
        #expect(card["titleId"].text == titles[seen].id.description)
        seen += 1
      }
      cursor = row["next"].text
    }
    #expect(seen == 7)
    #expect(pages.playback.calls == 1)
    let problem = await #expect(throws: Problem.self) { try await pages.row("my-list", cursor: nil, limit: 0) }
    #expect(problem?.errors?.map(\.field) == ["limit"])
  }

  @Test("Without recommendations a newcomer gets new titles and genres, and is told what is missing")
  func withoutRecommendations() async throws {
    let pages = try Pages([general, nosferatu, metropolis])
    pages.recommendations.fail()
    pages.playback.answer { [general] _ in Sample.resume(general, at: 50) }
    let page = try await pages.home()
    #expect(page["degraded"] == .array([.string("recommendations")]))
    #expect(page["rows"].items.map { $0["kind"].text } == ["continueWatching", "new"])
    let shown = page["rows"].items.flatMap { $0["cards"].items.compactMap { $0["titleId"].text } }
    #expect(Set(shown).count == shown.count)
    #expect(shown.count == 3)
    #expect(page["rows"].items.map { $0["cards"][0]["reason"]["kind"].text } == ["resume", "new"])
  }

  @Test("Rows that were kept stand in for recommendations, and the page says so")
  func staleRows() async throws {
    let pages = try Pages([general])
    _ = try await pages.home()
    pages.parts.apply(try Sample.viewingEvent(seq: 1))
    pages.recommendations.fail()
    let page = try await pages.home()
    #expect(page["rows"][0]["id"].text == "trending")
    #expect(page["degraded"] == .array([.string("recommendations")]))
  }

  @Test("Without playback cards have no resume point, and the page says so")
  func withoutPlayback() async throws {
    let pages = try Pages([general])
    pages.playback.fail()
    let page = try await pages.home()
    #expect(page["rows"][0]["cards"][0]["resume"] == .null)
    #expect(page["degraded"] == .array([.string("playback")]))
  }

  @Test("A title that is all but finished or barely begun has no resume point")
  func resumeRule() async throws {
    for (position, isShown) in [(1.0, false), (2.0, true), (92.0, true), (93.0, false)] {
      let pages = try Pages([general])
      pages.playback.answer { [general] _ in Sample.resume(general, at: position) }
      #expect((try await pages.home()["rows"][0]["cards"][0]["resume"] != .null) == isShown)
    }
  }
}
