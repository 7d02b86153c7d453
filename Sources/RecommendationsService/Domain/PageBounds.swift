import Contract

/// How large a home page and its rows may get.
struct PageBounds: Sendable, Hashable {
  var rows = 12
  var rowItems = 20
  /// So many of a row are seen without scrolling: by them rows are compared, and they are dealt first.
  var visibleItems = 6
  /// So many rows are looked at together: what else is in them is dealt before the next ones.
  var visibleRows = 5
  /// Top picks, a genre or an anchor with fewer titles left have no row.
  var genreRowItemsMinimum = 3
  /// Rows of what one title speaks for.
  var becauseRows = 3
  /// The latest liked titles that such a row may be about.
  var becauseAnchors = 10
  /// Items in one answer to a call for more of a row.
  var moreItemsMaximum = 100
  /// Titles of a row that can be paged through.
  var rowDepth = 500
  /// A profile's latest titles that a page looks at.
  var watchesRead = 100
  /// A title left alone for longer is no longer offered to be continued.
  var continueWatchingDays = 60

  /// So many titles a row has before the next one is chosen.
  var dealtFirst: Int { min(rowItems, max(visibleItems, genreRowItemsMinimum)) }
}
