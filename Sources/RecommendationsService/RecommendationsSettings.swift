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
  /// What pages are ordered by, outside an experiment.
  let policy: PagePolicy
  /// Pages that are remembered while one scrolls; others go on by the order their rows have then.
  let pagesKept: Int
  /// Titles that a profile can hide.
  let hiddenMaximum: Int
  /// How long it is kept what was shown and what came of it.
  let impressionDays: Int
  /// Experiments in one answer.
  let experimentsMaximum = 100
  /// Rows removed at once when old plays are forgotten.
  let forgottenAtOnce: Int

  init(_ reader: SettingsReader) throws {
    page = PageBounds(
      rows: try reader.integer("RECOMMENDATIONS_ROWS", default: 12, in: 1...12),
      rowItems: try reader.integer("RECOMMENDATIONS_ROW_ITEMS", default: 20, in: 1...20),
      visibleItems: try reader.integer("RECOMMENDATIONS_VISIBLE_ITEMS", default: 6, in: 1...20),
      visibleRows: try reader.integer("RECOMMENDATIONS_VISIBLE_ROWS", default: 5, in: 1...12),
      genreRowItemsMinimum: try reader.integer("RECOMMENDATIONS_GENRE_ROW_ITEMS_MINIMUM", default: 3, in: 1...20),
      becauseRows: try reader.integer("RECOMMENDATIONS_BECAUSE_ROWS", default: 3, in: 0...6),
      becauseAnchors: try reader.integer("RECOMMENDATIONS_BECAUSE_ANCHORS", default: 10, in: 1...50),
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
    policy = PagePolicy(
      calibrationShare: try reader.double("RECOMMENDATIONS_CALIBRATION", default: 0.2, in: 0...1),
      explores: try reader.boolean("RECOMMENDATIONS_EXPLORES", default: true))
    pagesKept = try reader.integer("RECOMMENDATIONS_PAGES_KEPT", default: 20_000, in: 100...1_000_000)
    hiddenMaximum = try reader.integer("RECOMMENDATIONS_HIDDEN_MAXIMUM", default: 2000, in: 10...10_000)
    impressionDays = try reader.integer("RECOMMENDATIONS_IMPRESSION_DAYS", default: 90, in: 1...400)
    forgottenAtOnce = try reader.integer("RECOMMENDATIONS_FORGOTTEN_AT_ONCE", default: 500, in: 10...10_000)
  }
}
