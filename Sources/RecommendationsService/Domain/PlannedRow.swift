import Contract
import RecommendationsAPI

/// A row worked out, its titles still numbers.
struct PlannedRow: Sendable, Hashable {
  enum Subject: Sendable, Hashable {
    case continueWatching
    case trending
    case new
    /// The genre, and whether the profile watches it.
    case genre(String, isWatched: Bool)
  }

  let subject: Subject
  let items: [TitleNumber]
  let next: RowCursor?
}

extension PlannedRow.Subject {
  /// Stable, also the path segment of a call for more.
  var id: String {
    switch self {
    case .continueWatching: "continueWatching"
    case .trending: "trending"
    case .new: "new"
    case .genre(let name, _): "genre-\(name)"
    }
  }

  var kind: RecommendedRow.Kind {
    switch self {
    case .continueWatching: .continueWatching
    case .trending: .trending
    case .new: .new
    case .genre: .genre
    }
  }

  var topic: String? {
    if case .genre(let name, _) = self { name } else { nil }
  }

  /// Why a title is in the row: the same for all of them.
  var reason: Reason {
    switch self {
    case .continueWatching: Reason(kind: .resume, text: "Continue watching")
    case .trending: Reason(kind: .trending, text: "Trending now")
    case .new: Reason(kind: .new, text: "Recently added")
    case .genre(let name, let isWatched):
      Reason(kind: .genre, text: isWatched ? "Because you watch \(name)" : "Popular in \(name)")
    }
  }
}

/// Where the next page of a row begins: after the last title shown, wherever it stands by then; where it has left
/// the row, after as many as were shown.
struct RowCursor: Sendable, Hashable {
  let shown: Int
  let last: TitleID

  init(shown: Int, last: TitleID) {
    self.shown = shown
    self.last = last
  }

  var text: String { "\(shown).\(last)" }

  init(_ text: String) throws(RecommendationsError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= 64, let shown = Int(parts[0]), shown >= 0,
      let last = TitleID(String(parts[1]))
    else { throw .cursorUnknown }
    self.init(shown: shown, last: last)
  }

  func start(in order: [TitleNumber], _ shelf: Shelf) -> Int {
    if let number = shelf.number(of: last), let index = order.firstIndex(of: number) { return index + 1 }
    return shown
  }
}
