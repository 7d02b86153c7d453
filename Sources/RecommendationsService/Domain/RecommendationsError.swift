package import Contract

/// Why recommendations does not do what it was asked.
package enum RecommendationsError: Error, Sendable, Hashable {
  case titleUnknown(TitleID)
  case rowUnknown(String)
  /// The cursor is none that this row gave.
  case cursorUnknown
  case limitOutOfBounds(ClosedRange<Int>)
}

extension RecommendationsError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .titleUnknown(let title): .notFound("There is no title \(title).")
    case .rowUnknown: .notFound("There is no such row.")
    case .cursorUnknown: .badRequest("is not a cursor of this row", field: "cursor")
    case .limitOutOfBounds(let bounds):
      .invalid(field: "limit", "must be from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
  }
}
