import Contract

/// How large a home page and its rows may get.
struct PageBounds: Sendable, Hashable {
  var rows = 12
  var rowItems = 20
  /// A genre with fewer titles left has no row.
  var genreRowItemsMinimum = 3
  /// Items in one answer to a call for more of a row.
  var moreItemsMaximum = 100
  /// Titles of a row that can be paged through.
  var rowDepth = 500
  /// A profile's latest titles that a page looks at.
  var watchesRead = 100
  /// A title left alone for longer is no longer offered to be continued.
  var continueWatchingDays = 60
}
