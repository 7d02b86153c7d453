package import Contract

/// Why recommendations does not do what it was asked.
package enum RecommendationsError: Error, Sendable, Hashable {
  case titleUnknown(TitleID)
  case rowUnknown(String)
  /// The cursor is none that this row gave.
  case cursorUnknown
  case limitOutOfBounds(ClosedRange<Int>)
  case tooManyPicks(maximum: Int)
  /// Of what was picked there is no such title, for that profile.
  case pickUnknown(TitleID)
  /// No such model can serve.
  case modelUnknown(Int)
  /// Nothing is trained here.
  case notLearning
  case daysOutOfBounds(ClosedRange<Int>)
  case tooManyTitles(maximum: Int)
  case tooManyHidden(maximum: Int)
  case experimentUnknown(ExperimentID)
  case experimentRunning(ExperimentID)
  case unacceptable([Problem.FieldError])
}

extension RecommendationsError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .titleUnknown(let title): .notFound("There is no title \(title).")
    case .rowUnknown: .notFound("There is no such row.")
    case .cursorUnknown: .badRequest("is not a cursor of this row", field: "cursor")
    case .limitOutOfBounds(let bounds):
      .invalid(field: "limit", "must be from \(bounds.lowerBound) to \(bounds.upperBound)")
    case .tooManyPicks(let maximum): .invalid(field: "titleIds", "must be at most \(maximum)")
    case .pickUnknown(let title): .invalid(field: "titleIds", "names no title with \(title)")
    case .modelUnknown(let version): .invalid(field: "version", "names no model that can serve with \(version)")
    case .notLearning: .conflict("Learning is turned off by MATINEE_RECOMMENDATIONS_LEARNING.")
    case .daysOutOfBounds(let bounds):
      .invalid(field: "days", "must be from \(bounds.lowerBound) to \(bounds.upperBound)")
    case .tooManyTitles(let maximum): .invalid(field: "titleIds", "must have 1 to \(maximum) elements")
    case .tooManyHidden(let maximum): .conflict("At most \(maximum) titles can be hidden.")
    case .experimentUnknown(let id): .notFound("There is no experiment \(id).")
    case .experimentRunning(let id): .conflict("Experiment \(id) is running: end it first.")
    case .unacceptable(let errors): .invalid(errors)
    }
  }
}
