import Contract
import RecommendationsAPI

/// The rows of one profile's home page, worked out from a ``Shelf`` and the profile's latest watches.
struct HomePage {
  let shelf: Shelf
  /// Latest first.
  let watches: [Watch]
  let maturityLimit: MaturityRating
  let now: Timestamp
  let bounds: PageBounds

  /// Continue watching, trending, new, then the genres by the profile's taste and by popularity.
  /// A title is in one row only; titles to be continued are in that row and no other.
  func rows() -> [PlannedRow] {
    var picker = TitlePicker(self)
    var rows: [PlannedRow] = []
    let unfinished = self.unfinished
    append(to: &rows, .continueWatching, picked: (Array(unfinished.prefix(bounds.rowItems)), unfinished.count))
    append(to: &rows, .trending, picked: picker.pick(from: shelf.trending, limit: bounds.rowItems))
    append(to: &rows, .new, picked: picker.pick(from: shelf.newest, limit: bounds.rowItems))
    let taste = self.taste
    for genre in genreOrder(taste) where rows.count < bounds.rows {
      let before = picker
      let picked = picker.pick(from: shelf.genres[genre].titles, limit: bounds.rowItems)
      if picked.items.count >= bounds.genreRowItemsMinimum {
        append(to: &rows, .genre(shelf.genres[genre].name, isWatched: taste[genre] > 0), picked: picked)
      } else {
        picker = before
      }
    }
    return Array(rows.prefix(bounds.rows))
  }

  /// More of one row: `limit` titles after the one that the cursor names; nil where there is no such row.
  func row(_ id: String, after cursor: RowCursor?, limit: Int) -> PlannedRow? {
    guard let subject = subject(ofRow: id) else { return nil }
    let order: [TitleNumber]
    switch subject {
    case .continueWatching: order = unfinished
    case .trending: order = everything(of: shelf.trending)
    case .new: order = everything(of: shelf.newest)
    case .genre(let name, _):
      order = everything(of: shelf.genres.first { $0.name == name }?.titles ?? [])
    }
    let start = cursor.map { $0.start(in: order, shelf) } ?? 0
    let items = Array(order.dropFirst(start).prefix(limit))
    let hasMore = start + items.count < order.count
    return PlannedRow(subject: subject, items: items, next: next(after: items, hasMore: hasMore, at: start))
  }

  // MARK: - Parts

  /// Titles to be continued, latest watched first.
  private var unfinished: [TitleNumber] {
    watches.filter { watch in
      watch.isUnfinished(at: now, withinDays: bounds.continueWatchingDays) && isAdmitted(watch.title)
    }.map(\.title)
  }

  fileprivate func isAdmitted(_ number: TitleNumber) -> Bool {
    shelf.minimumAge.indices.contains(Int(number))
      && Int(shelf.minimumAge[Int(number)]) <= maturityLimit.minimumAge
  }

  /// By index into the shelf's genres: how much the profile watched of it, a title's weight shared among its genres.
  private var taste: [Double] {
    var taste = [Double](repeating: 0, count: shelf.genres.count)
    for watch in watches where shelf.genresOfTitle.indices.contains(Int(watch.title)) {
      let genres = shelf.genresOfTitle[Int(watch.title)]
      let weight = watch.weight(at: now)
      for genre in genres { taste[genre] += weight / Double(genres.count) }
    }
    return taste
  }

  /// The shelf's genres are in order of popularity already.
  private func genreOrder(_ taste: [Double]) -> [Int] {
    taste.indices.sorted { taste[$0] != taste[$1] ? taste[$0] > taste[$1] : $0 < $1 }
  }

  private func everything(of order: [TitleNumber]) -> [TitleNumber] {
    var picker = TitlePicker(self)
    return picker.pick(from: order, limit: bounds.rowDepth).items
  }

  private func subject(ofRow id: String) -> PlannedRow.Subject? {
    switch id {
    case PlannedRow.Subject.continueWatching.id: return .continueWatching
    case PlannedRow.Subject.trending.id: return .trending
    case PlannedRow.Subject.new.id: return .new
    default:
      guard let genre = shelf.genres.firstIndex(where: { PlannedRow.Subject.genre($0.name, isWatched: false).id == id })
      else { return nil }
      return .genre(shelf.genres[genre].name, isWatched: taste[genre] > 0)
    }
  }

  private func append(
    to rows: inout [PlannedRow], _ subject: PlannedRow.Subject, picked: (items: [TitleNumber], available: Int)
  ) {
    guard !picked.items.isEmpty else { return }
    let next = next(after: picked.items, hasMore: picked.available > picked.items.count, at: 0)
    rows.append(PlannedRow(subject: subject, items: picked.items, next: next))
  }

  private func next(after items: [TitleNumber], hasMore: Bool, at start: Int) -> RowCursor? {
    guard hasMore, let last = items.last, let facts = shelf.facts[Int(last)] else { return nil }
    return RowCursor(shown: start + items.count, last: facts.id)
  }
}

/// Cuts rows from the shelf's orders: nothing twice, nothing above the limit, what can be played first, and among
/// that first what the profile has not finished.
private struct TitlePicker {
  private enum Mark: UInt8 { case untouched, finished, taken }

  private let page: HomePage
  private var marks: [Mark]

  init(_ page: HomePage) {
    self.page = page
    marks = [Mark](repeating: .untouched, count: page.shelf.facts.count)
    for watch in page.watches where marks.indices.contains(Int(watch.title)) {
      if watch.isUnfinished(at: page.now, withinDays: page.bounds.continueWatchingDays) {
        marks[Int(watch.title)] = .taken
      } else if watch.isFinished {
        marks[Int(watch.title)] = .finished
      }
    }
  }

  /// Up to `limit` titles, which are taken from then on. `available` is over `items.count` where there are more.
  mutating func pick(from order: [TitleNumber], limit: Int) -> (items: [TitleNumber], available: Int) {
    var items: [TitleNumber] = []
    var finished: [TitleNumber] = []
    var isPlayable = true
    for number in order where marks[Int(number)] != .taken && page.isAdmitted(number) {
      if isPlayable && !page.shelf.isPlayable[Int(number)] {
        // The orders have the playable first: here those end.
        isPlayable = false
        items += finished
        finished = []
      }
      if items.count > limit { break }
      if marks[Int(number)] == .finished { finished.append(number) } else { items.append(number) }
    }
    items += finished
    let available = items.count
    let picked = Array(items.prefix(limit))
    for number in picked { marks[Int(number)] = .taken }
    return (picked, available)
  }
}
