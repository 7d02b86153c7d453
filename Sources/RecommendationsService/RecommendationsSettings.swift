import ConfigKit
import Contract

/// Every setting of recommendations, read once at the start.
struct RecommendationsSettings: Sendable {
  let page: PageBounds
  let trending: Trending
  /// Titles ordered anew at most that often for new plays; a change of the catalogue shows at once.
  let rankingSeconds: Double
  /// How long news is gathered before the shelf is made anew.
  let gatheringMilliseconds: Int
  /// Titles like one, in one answer.
  let similarMaximum: Int
  /// Rows removed at once when old plays are forgotten.
  let forgottenAtOnce: Int

  init(_ reader: SettingsReader) throws {
    page = PageBounds(
      rows: try reader.integer("RECOMMENDATIONS_ROWS", default: 12, in: 1...12),
      rowItems: try reader.integer("RECOMMENDATIONS_ROW_ITEMS", default: 20, in: 1...20),
      genreRowItemsMinimum: try reader.integer("RECOMMENDATIONS_GENRE_ROW_ITEMS_MINIMUM", default: 3, in: 1...20),
      moreItemsMaximum: try reader.integer("RECOMMENDATIONS_MORE_ITEMS_MAXIMUM", default: 100, in: 1...200),
      rowDepth: try reader.integer("RECOMMENDATIONS_ROW_DEPTH", default: 500, in: 20...2000),
      watchesRead: try reader.integer("RECOMMENDATIONS_WATCHES_READ", default: 100, in: 10...1000),
      continueWatchingDays: try reader.integer("RECOMMENDATIONS_CONTINUE_WATCHING_DAYS", default: 60, in: 1...365))
    trending = Trending(
      shortHalfLifeHours: try reader.double("RECOMMENDATIONS_TRENDING_SHORT_HOURS", default: 24, in: 1...168),
      longHalfLifeHours: try reader.double("RECOMMENDATIONS_TRENDING_LONG_HOURS", default: 336, in: 24...2160))
    rankingSeconds = try reader.double("RECOMMENDATIONS_RANKING_SECONDS", default: 5, in: 0.01...600)
    gatheringMilliseconds = try reader.integer("RECOMMENDATIONS_GATHERING_MILLISECONDS", default: 50, in: 0...5000)
    similarMaximum = try reader.integer("RECOMMENDATIONS_SIMILAR_MAXIMUM", default: 20, in: 1...100)
    forgottenAtOnce = try reader.integer("RECOMMENDATIONS_FORGOTTEN_AT_ONCE", default: 500, in: 10...10_000)
  }
}
