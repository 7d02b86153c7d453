import CatalogAPI
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import Gateway

@Suite struct TitlePageTests {
  private let general = Sample.title("The General")
  private let nosferatu = Sample.title("Nosferatu", maturity: .sixteen)

  @Test("The title page has the card's fields, the details and what is similar")
  func whole() async throws {
    let pages = try Pages([general, nosferatu])
    pages.recommendations.answer { [nosferatu] _ in
      SimilarTitles(items: [RecommendedItem(titleId: nosferatu.id, reason: Reason(kind: .similar, text: "Silent too"))])
    }
    let page = try await pages.title(general)
    #expect(page["name"].text == "The General")
    #expect(page["synopsis"].text == "About The General.")
    #expect(page["people"][0]["name"].text == "B. Keaton")
    #expect(page["similar"][0]["name"].text == "Nosferatu")
    #expect(page["similar"][0]["reason"]["text"].text == "Silent too")
    #expect(page["degraded"] == .array([]))
    #expect(try await pages.title(general, limit: .twelve)["similar"].items.isEmpty)
  }

  @Test("A title above the limit does not exist for the profile")
  func maturity() async throws {
    let pages = try Pages([nosferatu])
    let problem = await #expect(throws: Problem.self) { try await pages.title(nosferatu, limit: .twelve) }
    #expect(problem?.status == 404)
  }

  @Test("Without recommendations the page comes without similar titles and says so")
  func degraded() async throws {
    let pages = try Pages([general])
    pages.recommendations.fail()
    let page = try await pages.title(general)
    #expect(page["name"].text == "The General")
    #expect(page["degraded"] == .array([.string("recommendations")]))
  }
}

@Suite struct SearchPageTests {
  private let general = Sample.title("The General")
  private let nosferatu = Sample.title("Nosferatu", maturity: .sixteen)

  @Test("What catalog finds is shown as cards in its order")
  func found() async throws {
    let pages = try Pages([general, nosferatu])
    pages.catalog.answer { [general, nosferatu] _ in
      SearchResult(titleIds: [nosferatu.id, general.id], genres: [.init(value: "comedy", count: 2)], next: nil)
    }
    let page = try await pages.search("silent")
    #expect(page["items"].items.map { $0["name"].text } == ["Nosferatu", "The General"])
    #expect(page["facets"]["genres"][0]["count"].number == 2)
    #expect(try await pages.search("silent", limit: .twelve)["items"].items.map { $0["name"].text } == ["The General"])
  }

  @Test("While catalog is down names are searched in the gateway's own view")
  func degraded() async throws {
    let pages = try Pages([general, nosferatu])
    let page = try await pages.search("gen THE")
    #expect(page["items"].items.map { $0["name"].text } == ["The General"])
    #expect(page["degraded"] == .array([.string("catalog")]))
    #expect(try await pages.search("nosf", limit: .twelve)["items"].items.isEmpty)
  }
}

@Suite struct RowPageTests {
  @Test("More of a row comes as cards, its cursor handed on")
  func more() async throws {
    let general = Sample.title("The General")
    let pages = try Pages([general])
    pages.recommendations.answer { _ in
      RecommendedRow(
        id: "genre-comedy", kind: .genre, topic: "comedy",
        items: [RecommendedItem(titleId: general.id, reason: Reason(kind: .genre, text: "Comedy"))], next: "c2")
    }
    let row = try await pages.row("genre-comedy", cursor: nil)
    #expect(GatewayEndpoints.row.path.parameterNames == ["profile", "row"])
    #expect(row["title"].text == "Comedy")
    #expect(row["cards"][0]["name"].text == "The General")
    #expect(row["next"].text == "c2")
  }
}

@Suite struct CatalogueViewTests {
  @Test("A changed title replaces its card; the orders follow")
  func changes() throws {
    let view = CatalogueView()
    #expect(!view.current.isLoaded)
    try view.replaceAll([Sample.title("A", at: 1), Sample.title("B", at: 2)], at: Sample.catalogue(1))
    #expect(view.current.isLoaded)
    #expect(view.current.newest == [TitleID(seed: "B"), TitleID(seed: "A")])
    try view.apply(
      [Sample.title("C", isPlayable: false, at: 3), Sample.title("A", maturity: .eighteen, at: 1)],
      at: Sample.catalogue(1))
    #expect(view.current.newest.count == 3)
    #expect(view.current.genres.first?.titles.last == TitleID(seed: "C"))
    #expect(
      view.current.card(
        TitleID(seed: "A"), for: Sample.context(limit: .sixteen).principal.audience(at: WallClock.system.now())) == nil)
    try view.replaceAll([], at: Sample.catalogue(1))
    #expect(view.current.newest.isEmpty)
  }
}
