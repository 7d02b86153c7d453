package import Contract

/// What catalog answers.
package enum CatalogEndpoints {
  package static let titles = Endpoint<TitleQuery, Empty, Page<Title>>(
    "catalog.titles", .get, "/v1/studio/titles", access: .operator, summary: "Titles, newest first.")

  package static let title = Endpoint<TitlePath, Empty, Title>(
    "catalog.title", .get, "/v1/studio/titles/{title}", access: .operator, summary: "One title.")

  package static let createTitle = Endpoint<Empty, NewTitle, Title>(
    "catalog.createTitle", .post, "/v1/studio/titles", access: .operator, status: 201, summary: "Add a title.")

  /// Bulk import; a title whose `key` is known is left as it is.
  package static let importTitles = Endpoint<Empty, TitleImport, ImportResult>(
    "catalog.importTitles", .post, "/v1/studio/titles/import", access: .operator, bodyLimitBytes: 8 * 1024 * 1024,
    summary: "Add many titles at once, those already known by key left alone.")

  /// In place of what there was; an empty object opens the title always and everywhere.
  package static let setAvailability = Endpoint<TitlePath, Availability, Title>(
    "catalog.setAvailability", .put, "/v1/studio/titles/{title}/availability", access: .operator,
    summary: "Say when and where a title may be shown.")

  /// Ids only: the gateway has the cards.
  package static let search = Endpoint<SearchQuery, Empty, SearchResult>(
    "catalog.search", .get, "/internal/search", access: .viewer,
    summary: "Full-text search over names, people, genres and synopses.")
}

package struct TitlePath: Codable, Sendable {
  package var title: TitleID

  package init(title: TitleID) {
    self.title = title
  }
}

package struct TitleQuery: Codable, Sendable {
  package var limit: Int?
  package var cursor: String?
  package var genre: String?

  package init(limit: Int? = nil, cursor: String? = nil, genre: String? = nil) {
    self.limit = limit
    self.cursor = cursor
    self.genre = genre
  }
}

package struct SearchQuery: Codable, Sendable {
  package var q: String
  package var limit: Int?
  package var cursor: String?
  /// Titles above it are not found.
  package var maturityLimit: MaturityRating?

  package init(q: String, limit: Int? = nil, cursor: String? = nil, maturityLimit: MaturityRating? = nil) {
    self.q = q
    self.limit = limit
    self.cursor = cursor
    self.maturityLimit = maturityLimit
  }
}
