package import Contract

/// What recommendations answers: ids and reasons; the gateway has the cards.
package enum RecommendationsEndpoints {
  package static let rows = Endpoint<RowsQuery, Empty, RecommendedRows>(
    "recommendations.rows", .get, "/internal/profiles/{profile}/rows", access: .viewer,
    summary: "The rows of a profile's home page.")

  package static let row = Endpoint<RowQuery, Empty, RecommendedRow>(
    "recommendations.row", .get, "/internal/profiles/{profile}/rows/{row}", access: .viewer,
    summary: "More of one row.")

  package static let similar = Endpoint<SimilarQuery, Empty, SimilarTitles>(
    "recommendations.similar", .get, "/internal/titles/{title}/similar", access: .viewer,
    summary: "Titles like this one, for a profile's maturity limit.")
}

package struct RowsQuery: Codable, Sendable {
  package var profile: ProfileID
  package var maturityLimit: MaturityRating?

  package init(profile: ProfileID, maturityLimit: MaturityRating? = nil) {
    self.profile = profile
    self.maturityLimit = maturityLimit
  }
}

package struct RowQuery: Codable, Sendable {
  package var profile: ProfileID
  package var row: String
  package var maturityLimit: MaturityRating?
  package var limit: Int?
  package var cursor: String?

  package init(
    profile: ProfileID, row: String, maturityLimit: MaturityRating? = nil, limit: Int? = nil, cursor: String? = nil
  ) {
    self.profile = profile
    self.row = row
    self.maturityLimit = maturityLimit
    self.limit = limit
    self.cursor = cursor
  }
}

package struct SimilarQuery: Codable, Sendable {
  package var title: TitleID
  package var maturityLimit: MaturityRating?
  package var limit: Int?

  package init(title: TitleID, maturityLimit: MaturityRating? = nil, limit: Int? = nil) {
    self.title = title
    self.maturityLimit = maturityLimit
    self.limit = limit
  }
}
