import CatalogAPI
package import Contract

/// Why catalog does not do what it was asked.
package enum CatalogError: Error, Sendable, Hashable {
  /// One or more fields cannot be accepted.
  case unacceptable([Problem.FieldError])
  case titleUnknown(TitleID)
  /// Another title was made under this key, or under a key that leads to the same id.
  case keyTaken(String)
  /// The cursor is none that this list gave.
  case cursorUnknown
}

extension CatalogError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .unacceptable(let errors):
      .invalid(errors)
    case .titleUnknown(let title):
      .notFound("There is no title \(title).")
    case .keyTaken(let key):
      .conflict("A title with the key \(key) exists already.")
    case .cursorUnknown:
      .badRequest("is not a cursor of this list", field: "cursor")
    }
  }
}
