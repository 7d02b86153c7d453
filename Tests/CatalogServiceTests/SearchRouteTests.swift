import CatalogAPI
import Contract
import TestKit
import Testing

@testable import CatalogService

@Suite struct SearchRouteTests {
  @Test("Words of names, people, genres and synopses find a title, with or without diacritics and case")
  func findsByAnyField() async throws {
    try await withCatalog { service in
      for (text, found) in [
        ("sintel", ["sintel"]), ("NOSFERATU", ["nosferatu", "living-dead"]), ("greta schroder", ["nosferatu"]),
        ("Schröder", ["nosferatu"]), ("amelie", ["amelie"]), ("d'Amélie", ["amelie"]), ("damelie", ["amelie"]),
        ("murnau", ["nosferatu"]), ("sci-fi", ["elephants-dream"]), ("baby dragon", ["sintel"]),
        ("romance", ["amelie"]), ("dragon nosferatu", []), ("zzzzzz", []),
      ] {
        let keys = try await service.search(text).titleIds.map(key)
        #expect(keys == found, "\(text)")
      }
    }
  }

  @Test("The last word finds by its beginning while it is typed")
  func findsAsTyped() async throws {
    try await withCatalog { service in
      for end in 2..."elephants dream".count {
        let typed = String("elephants dream".prefix(end))
        let keys = try await service.search(typed).titleIds.map(key)
        #expect(keys == ["elephants-dream"], "\(typed)")
      }
      let unfinishedInside = try await service.search("eleph dream")
      #expect(unfinishedInside.titleIds.isEmpty)
    }
  }

  @Test("A misspelt word finds what was meant, and says so")
  func mendsSpelling() async throws {
    try await withCatalog { service in
      for (typed, found, meant) in [
        ("sintle", "sintel", "sintel"), ("nosfertu", "nosferatu", "nosferatu"),
        ("elefants dreem", "elephants-dream", "elephants dream"),
        ("nihgt of the living dead", "living-dead", "night of the living dead"),
        ("halnia reijn", "sintel", "halina reijn"), ("noffera", "nosferatu", "nosferatu"),
      ] {
        let result = try await service.search(typed)
        #expect(result.titleIds.map(key).contains(found), "\(typed)")
        #expect(result.didYouMean == meant, "\(typed)")
      }
      let spelt = try await service.search("sintel")
      #expect(spelt.didYouMean == nil)
    }
  }

  @Test("A title above the maturity limit is neither found, counted nor suggested")
  func holdsMaturityLimit() async throws {
    try await withCatalog { service in
      let all = try await service.search("horror")
      #expect(Set(all.titleIds.map(key)) == ["living-dead", "nosferatu"])
      for result in [
        try await service.search("horror", maturityLimit: .twelve),
        try await service.search("horror", maturityLimit: .eighteen, by: viewer(.twelve)),
      ] {
        #expect(result.titleIds.map(key) == ["nosferatu"])
        #expect(result.genres.map(\.count) == [1, 1])
      }
      let misspelt = try await service.search("romerro", maturityLimit: .twelve)
      #expect(misspelt.titleIds.isEmpty && misspelt.didYouMean == nil)
    }
  }

  @Test("Genres of what was found are counted, the most frequent first")
  func countsGenres() async throws {
    try await withCatalog { service in
      let facets = try await service.search("fantasy").genres
      #expect(facets.map(\.value) == ["fantasy", "animation", "horror"])
      #expect(facets.map(\.count) == [2, 1, 1])
    }
  }

  @Test("Page after page of a search shows every match once and ends")
  func pages() async throws {
    let titles = (0..<23).map { NewTitle(key: "t\($0)", name: "Film \($0)", year: 2000, maturity: .all) }
    try await withCatalog(titles) { service in
      var ids: [TitleID] = []
      var cursor: String?
      repeat {
        let page = try await service.search("film", limit: 7, cursor: cursor)
        ids += page.titleIds
        cursor = page.next
      } while cursor != nil
      #expect(ids.count == 23)
      #expect(Set(ids).count == 23)
    }
  }

  @Test("Whatever is typed is answered")
  func neverFails() async throws {
    let texts = [
      "", " ", "\"", "\"\"", "'", "*", "**", "^sintel", "sintel*", "NEAR(a b)", "NEAR", "AND", "OR", "NOT", "a AND",
      "name:sintel", "- name : x", "(", ")", "((((", "{a b} : c", "a + b", "\\", "%", "_", ";", "--",
      "'; DROP TABLE title; --", "🎬🎥🍿", "👩‍👩‍👧‍👦", "\u{0}", "a\u{0}b", "\u{FFFD}", "\u{202E}sintel", "東京",
      "مرحبا", "ß", "ﷺ", "z\u{0301}\u{0301}\u{0301}", String(repeating: "a", count: 10_000),
      String(repeating: "\"", count: 5000), String(repeating: "a ", count: 5000),
      String(repeating: "(a OR ", count: 1000),
    ]
    try await withCatalog { service in
      for text in texts {
        await #expect(throws: Never.self, "\(text.prefix(20))") { _ = try await service.search(text) }
      }
    }
  }

  @Test("A name that is exactly what was typed comes first")
  func putsExactNameFirst() async throws {
    let titles = [
      NewTitle(key: "exact", name: "The Kid", year: 1921, maturity: .all),
      NewTitle(
        key: "other", name: "Kid", year: 2000, synopsis: "The kid, the kid.", maturity: .all, directors: ["The Kid"]),
      NewTitle(key: "longer", name: "The Kid Brother", year: 1927, maturity: .all, cast: ["The Kid", "Kid"]),
    ]
    try await withCatalog(titles) { service in
      let found = try await service.search("the kid")
      #expect(found.titleIds.first == TitleID(seed: "exact"))
    }
  }
}
