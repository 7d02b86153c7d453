import Contract
import RecommendationsAPI

/// What an operator may begin.
enum ExperimentRules {
  private static let nameLength = 1...80
  private static let comparedArms = 2...4

  static func experiment(_ new: NewExperiment, id: ExperimentID, at now: Timestamp) throws(RecommendationsError)
    -> Experiment
  {
    var errors: [Problem.FieldError] = []
    func refuse(_ field: String, _ message: String) { errors.append(.init(field: field, message: message)) }
    if !nameLength.contains(new.name.count) { refuse("name", "must have 1 to 80 characters") }
    let share = new.share ?? 1
    if !(share > 0 && share <= 1) { refuse("share", "must be above 0 and at most 1") }
    switch new.kind {
    case .comparison:
      if !comparedArms.contains(new.arms.count) { refuse("arms", "must be 2 to 4") }
    case .interleaving:
      if new.arms.count != 2 { refuse("arms", "must be 2 where they are interleaved") }
    }
    if Set(new.arms.map(\.name)).count != new.arms.count { refuse("arms", "must have names of their own") }
    for (index, arm) in new.arms.enumerated() {
      if !nameLength.contains(arm.name.count) { refuse("arms[\(index)].name", "must have 1 to 80 characters") }
      if let calibration = arm.calibrationShare, !(0...1).contains(calibration) {
        refuse("arms[\(index)].calibrationShare", "must be 0 to 1")
      }
    }
    guard errors.isEmpty else { throw .unacceptable(errors) }
    return Experiment(
      id: id, name: new.name, kind: new.kind, share: share, arms: new.arms, startedAt: now)
  }
}
