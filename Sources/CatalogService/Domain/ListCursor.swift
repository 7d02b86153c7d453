import Contract

/// The opaque cursors of catalog's lists: one letter for the list, then a number.
enum ListCursor: Sendable, Hashable {
  /// The titles added before that one.
  case titlesBefore(Int64)
  /// The matches of a search from that one on.
  case matchesFrom(Int)

  var text: String {
    switch self {
    case .titlesBefore(let number): "t\(number)"
    case .matchesFrom(let index): "m\(index)"
    }
  }

  init(_ text: String) throws(CatalogError) {
    guard text.utf8.count <= 20, let number = Int64(text.dropFirst()), number >= 0 else { throw .cursorUnknown }
    switch text.first {
    case "t": self = .titlesBefore(number)
    case "m": self = .matchesFrom(Int(number))
    default: throw .cursorUnknown
    }
  }
}
