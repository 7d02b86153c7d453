import ConfigKit
import Contract

/// Every setting of catalog, read once at the start.
struct CatalogSettings: Sendable {
  /// Titles on one page of a list or a search.
  let pageTitlesDefault: Int
  let pageTitlesMaximum: Int
  /// Titles of one import.
  let importTitlesMaximum: Int
  /// Best titles of a search that can be paged through.
  let searchWindowTitles: Int
  /// A search that finds fewer looks for misspelt words too.
  let spellingBelowTitles: Int
  /// Genres that a search counts.
  let facetsMaximum: Int
  /// How long the answer to a write is kept for its `Idempotency-Key`.
  let idempotencyKeptHours: Int

  init(_ reader: SettingsReader) throws {
    pageTitlesMaximum = try reader.integer("CATALOG_PAGE_TITLES_MAXIMUM", default: 100, in: 1...500)
    pageTitlesDefault = min(20, pageTitlesMaximum)
    importTitlesMaximum = try reader.integer("CATALOG_IMPORT_TITLES_MAXIMUM", default: 2000, in: 1...10_000)
    searchWindowTitles = try reader.integer("CATALOG_SEARCH_WINDOW_TITLES", default: 400, in: 20...2000)
    spellingBelowTitles = try reader.integer("CATALOG_SPELLING_BELOW_TITLES", default: 3, in: 0...100)
    facetsMaximum = try reader.integer("CATALOG_FACETS_MAXIMUM", default: 20, in: 1...100)
    idempotencyKeptHours = try reader.integer("CATALOG_IDEMPOTENCY_HOURS", default: 24, in: 1...168)
  }

  /// The page size asked for, or the default; throws beyond the bounds.
  func pageLimit(_ asked: Int?) throws(CatalogError) -> Int {
    guard let asked else { return pageTitlesDefault }
    guard (1...pageTitlesMaximum).contains(asked) else {
      throw .unacceptable([.init(field: "limit", message: "must be from 1 to \(pageTitlesMaximum)")])
    }
    return asked
  }
}
