import CatalogAPI
import Contract

/// What is remembered of a title.
struct TitleFacts: Sendable, Hashable {
  let id: TitleID
  let year: Int
  let maturity: MaturityRating
  let isPlayable: Bool
  let addedAt: Timestamp
  let genres: [String]
  let directors: [String]
  let cast: [String]
  /// When and where it may be shown; nil: always, everywhere.
  var availability: Availability?
}

extension TitleFacts {
  init(_ title: Title) {
    self.init(
      id: title.id, year: title.year, maturity: title.maturity, isPlayable: title.video != nil,
      addedAt: title.createdAt, genres: title.genres, directors: title.directors, cast: title.cast,
      availability: title.availability)
  }
}

/// This service's own small number of a title: an index into the ``Shelf``, 1 or more.
typealias TitleNumber = Int32
