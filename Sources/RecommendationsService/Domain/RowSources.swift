import Contract
import RecommendationsAPI

/// The orders that a viewer's rows are cut from: what may be shown to them, best first.
struct RowSources {
  /// An order of titles, all of which may be shown.
  struct Source {
    let subject: PlannedRow.Subject
    let titles: [TitleNumber]
  }

  let shelf: Shelf
  let viewer: Viewer
  let ranking: ProfileRanking
  let bounds: PageBounds
  /// Titles to be continued: those are in that row and in no other.
  let unfinished: [TitleNumber]
  /// By index into the shelf's genres: how much the profile watched of it.
  let taste: [Double]
  private let isOpen: [Bool]

  init(shelf: Shelf, viewer: Viewer, ranking: ProfileRanking, bounds: PageBounds) {
    self.shelf = shelf
    self.viewer = viewer
    self.ranking = ranking
    self.bounds = bounds
    unfinished = viewer.unfinished(withinDays: bounds.continueWatchingDays)
    taste = shelf.genreWeights(of: viewer.history)
    var isOpen = shelf.open(to: viewer.audience)
    for title in unfinished { isOpen[Int(title)] = false }
    for watch in viewer.watches where watch.isFinished { isOpen[Int(watch.title)] = false }
    for title in viewer.excluded where isOpen.indices.contains(Int(title)) { isOpen[Int(title)] = false }
    self.isOpen = isOpen
  }

  /// By the profile's scores, what can be played first; titles alike in both by popularity.
  func byScore() -> [TitleNumber] {
    let popular = shelf.byPopularity
    var keys: [UInt64] = []
    keys.reserveCapacity(popular.count)
    for (rank, title) in popular.enumerated() where isOpen[Int(title)] {
      let playable: UInt64 = shelf.isPlayable[Int(title)] ? 0 : 1 << 63
      keys.append(playable | UInt64(Self.descending(ranking.scores[Int(title)])) << 31 | UInt64(rank))
    }
    keys.sort()
    return keys.map { popular[Int($0 & 0x7FFF_FFFF)] }
  }

  /// Greater scores give smaller numbers, of 32 bits.
  private static func descending(_ score: Float) -> UInt32 {
    guard !score.isNaN else { return .max }
    let bits = score.bitPattern
    return bits & 0x8000_0000 == 0 ? 0x7FFF_FFFF - bits : bits
  }

  /// Whether the title may still be shown: it may have been hidden after it was dealt, or its
  /// window closed.
  func isAllowed(_ title: TitleNumber) -> Bool {
    shelf.admits(title, to: viewer.audience) && !viewer.excluded.contains(title)
  }

  private func open(_ order: [TitleNumber], limit: Int) -> [TitleNumber] {
    Array(order.lazy.filter { isOpen[Int($0)] }.prefix(limit))
  }

  // MARK: - Sources

  var trending: Source { Source(subject: .trending, titles: open(shelf.trending, limit: bounds.rowDepth)) }
  var newest: Source { Source(subject: .new, titles: open(shelf.newest, limit: bounds.rowDepth)) }

  /// The titles for which anything speaks.
  func best(of ordered: [TitleNumber]) -> [TitleNumber] {
    Array(ordered.lazy.filter { ranking.scores[Int($0)] > 0 }.prefix(bounds.rowDepth))
  }

  /// Each genre's titles in the order of `ordered`; the profile's genres first, then by popularity.
  func genres(_ ordered: [TitleNumber]) -> [Source] {
    var titles = [[TitleNumber]](repeating: [], count: shelf.genres.count)
    var left = shelf.genres.map { min($0.titles.count, bounds.rowDepth) }
    var unfilled = left.count
    for title in ordered where unfilled > 0 {
      for genre in shelf.genresOfTitle[Int(title)] where left[genre] > 0 {
        titles[genre].append(title)
        left[genre] -= 1
        if left[genre] == 0 { unfilled -= 1 }
      }
    }
    // The shelf's genres are in order of popularity already.
    let order = taste.indices.sorted { taste[$0] != taste[$1] ? taste[$0] > taste[$1] : $0 < $1 }
    return order.map { genre in
      Source(
        subject: .genre(shelf.genres[genre].name, isWatched: taste[genre] > 0), titles: titles[genre])
    }
  }

  /// What the latest liked titles alone speak for.
  var because: [Source] {
    ranking.anchors.lazy.filter { shelf.admits($0, to: viewer.audience) }.prefix(bounds.becauseAnchors)
      .compactMap { because($0) }
  }

  func because(_ anchor: TitleNumber) -> Source? {
    guard shelf.admits(anchor, to: viewer.audience), viewer.hasWatched(anchor),
      let facts = shelf.facts[Int(anchor)]
    else { return nil }
    let titles = ranking.neighbours(anchor).compactMap { neighbour in
      neighbour.score > 0 && isOpen[Int(neighbour.title)] ? neighbour.title : nil
    }
    let playable = titles.filter { shelf.isPlayable[Int($0)] } + titles.filter { !shelf.isPlayable[Int($0)] }
    return Source(subject: .becauseYouWatched(anchor, facts.id), titles: playable)
  }
}
