import Contract

/// Where a row goes on: on the page it was dealt on, as long as that is remembered; otherwise after the last title
/// shown, wherever it stands by then, and where it has left the row, after as many as were shown.
struct RowCursor: Sendable, Hashable {
  let page: RequestID?
  let shown: Int
  let last: TitleID

  init(page: RequestID? = nil, shown: Int, last: TitleID) {
    self.page = page
    self.shown = shown
    self.last = last
  }

  var text: String { (page.map { "\($0)." } ?? "") + "\(shown).\(last)" }

  init(_ text: String) throws(RecommendationsError) {
    var parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 96, (2...3).contains(parts.count) else { throw .cursorUnknown }
    var page: RequestID?
    if parts.count == 3 {
      page = RequestID(String(parts.removeFirst()))
      guard page != nil else { throw .cursorUnknown }
    }
    guard let shown = Int(parts[0]), shown >= 0, let last = TitleID(String(parts[1])) else { throw .cursorUnknown }
    self.init(page: page, shown: shown, last: last)
  }

  func start(in order: [TitleNumber], _ shelf: Shelf) -> Int {
    if let number = shelf.number(of: last), let index = order.firstIndex(of: number) { return index + 1 }
    return shown
  }
}
