package import Contract

/// By what titles are ordered.
package enum RankerKind: String, Codable, Sendable, CaseIterable {
  /// What pages are usually made by.
  case best
  /// Likeness in genres and people alone.
  case similarity
  /// The same for everybody.
  case popularity
}

package enum ExperimentKind: String, Codable, Sendable, CaseIterable {
  /// Each profile sees the pages of one arm.
  case comparison
  /// Every profile sees top picks that two arms drafted in turns.
  case interleaving
}

/// One way of ordering pages. What it does not name is as usual.
package struct ExperimentArm: Codable, Sendable, Hashable {
  package var name: String
  package var ranker: RankerKind?
  /// λ of the calibration of genres, 0 to 1.
  package var calibrationShare: Double?
  /// Whether one place of the page goes to chance.
  package var explores: Bool?

  package init(
    name: String, ranker: RankerKind? = nil, calibrationShare: Double? = nil, explores: Bool? = nil
  ) {
    self.name = name
    self.ranker = ranker
    self.calibrationShare = calibrationShare
    self.explores = explores
  }
}

package struct NewExperiment: Codable, Sendable {
  package var name: String
  package var kind: ExperimentKind
  /// Of all profiles, how many take part: above 0, up to 1. All where nothing is said.
  package var share: Double?
  /// The first is what the others are compared with.
  package var arms: [ExperimentArm]

  package init(name: String, kind: ExperimentKind, share: Double? = nil, arms: [ExperimentArm]) {
    self.name = name
    self.kind = kind
    self.share = share
    self.arms = arms
  }
}

package struct Experiment: Codable, Sendable, Hashable {
  package var id: ExperimentID
  package var name: String
  package var kind: ExperimentKind
  package var share: Double
  package var arms: [ExperimentArm]
  package var startedAt: Timestamp
  package var endedAt: Timestamp?

  package init(
    id: ExperimentID, name: String, kind: ExperimentKind, share: Double, arms: [ExperimentArm], startedAt: Timestamp,
    endedAt: Timestamp? = nil
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.share = share
    self.arms = arms
    self.startedAt = startedAt
    self.endedAt = endedAt
  }
}
