import Contract
import RecommendationsAPI

/// Which side of an experiment a profile is on: always the same, by a hash of both ids, so nothing has to be kept and
/// the sides of one experiment say nothing of those of the next.
struct Allocation: Sendable, Hashable {
  let experiment: ExperimentID
  let arm: Int

  private static let buckets: UInt64 = 1 << 20

  /// Nil where the profile takes no part.
  init?(of profile: ProfileID, in experiment: Experiment) {
    let hash = SeededRandom.mixed(FNV1a.hash("\(experiment.id) \(profile)".utf8))
    let place = Double(hash % Self.buckets) / Double(Self.buckets)
    guard place < experiment.share else { return nil }
    self.experiment = experiment.id
    switch experiment.kind {
    case .comparison:
      arm = min(experiment.arms.count - 1, Int(place / experiment.share * Double(experiment.arms.count)))
    case .interleaving: arm = 0
    }
  }
}

extension PagePolicy {
  /// As usual, but for what the experiment's arm says otherwise.
  init(_ usual: PagePolicy, _ allocation: Allocation?, of experiment: Experiment?) {
    self = usual
    guard let experiment, let allocation, experiment.arms.indices.contains(allocation.arm) else { return }
    let arm = experiment.arms[allocation.arm]
    ranker = arm.ranker ?? usual.ranker
    calibrationShare = arm.calibrationShare ?? usual.calibrationShare
    explores = arm.explores ?? usual.explores
    if experiment.kind == .interleaving, let other = experiment.arms.dropFirst().first {
      rival = Rival(
        ranker: other.ranker ?? usual.ranker, calibrationShare: other.calibrationShare ?? usual.calibrationShare)
    }
  }
}
