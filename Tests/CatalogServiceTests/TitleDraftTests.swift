import CatalogAPI
import Contract
import Testing

@testable import CatalogService

private let now = Timestamp(milliseconds: 1_700_000_000_000)

@Suite struct TitleDraftTests {
  @Test("A film with every field in order becomes a draft with an id derived from its key")
  func acceptsGoodFilm() throws {
    let draft = try TitleDraft(
      NewTitle(
        key: "sintel-2010", name: "  Sintel ", year: 2010, synopsis: "A dragon.\nAnd a girl.", language: "en",
        countries: ["NL"], maturity: .twelve, runtimeSeconds: 888, genres: ["animation", "sci-fi"],
        directors: ["Colin Levy"], cast: ["Halina Reijn", "Halina Reijn"], licence: "CC-BY"), at: now)
    #expect(draft.id == TitleID(seed: "sintel-2010"))
    #expect(draft.name == "Sintel")
    #expect(draft.cast == ["Halina Reijn"])
    #expect(draft.kind == .film)
    #expect(draft.createdAt == now)
  }

  @Test("Everything that is wrong with a title is named at once")
  func namesAllFields() {
    let new = NewTitle(
      key: "", name: " ", year: 1700, synopsis: String(repeating: "x", count: 5001), language: "not a language",
      countries: ["Germany"], maturity: .all, runtimeSeconds: 90_000, genres: ["Sci Fi", "x_y"],
      directors: [""], cast: (0...100).map { "Actor \($0)" }, licence: "a\u{0}b")
    #expect(
      refusedFields(new) == [
        "key", "name", "year", "synopsis", "language", "runtimeSeconds", "licence", "countries[0]", "genres[0]",
        "genres[1]", "directors[0]", "cast",
      ])
  }

  @Test("A value on its bound is accepted and one beyond is refused", arguments: Bounded.allCases)
  func holdsBounds(field: Bounded) {
    #expect(refusedFields(field.title(beyond: 0)) == [])
    #expect(refusedFields(field.title(beyond: 1)) == [field.rawValue.split(separator: " ").first.map(String.init)])
  }

  @Test("Directors and cast together are at most a hundred people")
  func boundsPeople() {
    let new = NewTitle(
      name: "n", year: 2000, maturity: .all, directors: ["d"], cast: (0..<100).map { "p\($0)" })
    #expect(refusedFields(new) == ["cast"])
  }

  @Test("A name may be in any script, composed or not, and is kept composed")
  func keepsNamesComposed() throws {
    let draft = try TitleDraft(NewTitle(name: "Cafe\u{301} 東京 🎬", year: 2000, maturity: .all), at: now)
    #expect(Array(draft.name.unicodeScalars) == Array("Caf\u{E9} 東京 🎬".unicodeScalars))
  }

  @Test("A grapheme of a thousand marks counts by its scalars")
  func countsScalars() {
    #expect(
      refusedFields(
        NewTitle(name: "z" + String(repeating: "\u{489}", count: 1000), year: 2000, maturity: .all)) == ["name"])
  }

  @Test("An import names the title in which a field is wrong, and never more than fifty mistakes")
  func namesTitleOfImport() {
    let good = NewTitle(name: "Good", year: 2000, maturity: .all)
    let bad = NewTitle(name: "", year: 2000, maturity: .all)
    #expect(refusedFields([good, bad]) == ["titles[1].name"])
    #expect(refusedFields(Array(repeating: bad, count: 80)).count == 50)
  }

  @Test(
    "A list cursor of another list, of letters or of nothing is refused",
    arguments: ["", "t", "x1", "t-1", "1", "t99999999999999999999"])
  func refusesForeignCursors(text: String) {
    #expect(throws: CatalogError.cursorUnknown) { try ListCursor(text) }
  }
}

/// A field and an end of its bounds.
enum Bounded: String, CaseIterable {
  case name, synopsis, genres, cast
  case firstYear = "year first"
  case lastYear = "year last"
  case shortestRuntime = "runtimeSeconds shortest"
  case longestRuntime = "runtimeSeconds longest"

  func title(beyond: Int) -> NewTitle {
    var title = NewTitle(name: "n", year: 2000, maturity: .all)
    switch self {
    case .name: title.name = String(repeating: "n", count: 300 + beyond)
    case .synopsis: title.synopsis = String(repeating: "s", count: 5000 + beyond)
    case .genres: title.genres = (0..<20 + beyond).map { "g\($0)" }
    case .cast: title.cast = (0..<100 + beyond).map { "p\($0)" }
    case .firstYear: title.year = 1870 - beyond
    case .lastYear: title.year = 2100 + beyond
    case .shortestRuntime: title.runtimeSeconds = -beyond
    case .longestRuntime: title.runtimeSeconds = 86_400 + beyond
    }
    return title
  }
}

private func refusedFields(_ new: NewTitle) -> [String] {
  fields { () throws(CatalogError) in _ = try TitleDraft(new, at: now) }
}

private func refusedFields(_ new: [NewTitle]) -> [String] {
  fields { () throws(CatalogError) in _ = try TitleDraft.all(of: new, at: now) }
}

private func fields(_ make: () throws(CatalogError) -> Void) -> [String] {
  do {
    try make()
    return []
  } catch {
    guard case .unacceptable(let errors) = error else { return ["\(error)"] }
    return errors.map(\.field)
  }
}
