/// Tries λ from the one that was best last time, up and then down, while held-out profiles fare better.
struct RidgeScan {
  private let ridges: [Float]
  private var trials: [Int: HeldOutReport.Trial] = [:]
  private var bestPlace: Int
  /// The model of the best trial; nil before any.
  private(set) var bestModel: TrainedModel?

  init(_ options: TrainingOptions) {
    let first = options.firstRidge
    let ridges = options.ridges.isEmpty ? [first] : options.ridges
    self.ridges = ridges
    bestPlace = ridges.indices.min { abs(ridges[$0] - first) < abs(ridges[$1] - first) } ?? 0
  }

  var best: Float { ridges[bestPlace] }

  private var nextPlace: Int? {
    [bestPlace, bestPlace + 1, bestPlace - 1].first { ridges.indices.contains($0) && trials[$0] == nil }
  }

  /// Nil once both neighbours of the best have been tried.
  var next: Float? { nextPlace.map { ridges[$0] } }

  mutating func note(_ model: TrainedModel, _ trial: HeldOutReport.Trial) {
    guard let place = nextPlace else { return }
    let best = trials[bestPlace]?.ndcgAt100 ?? -1
    trials[place] = trial
    if trial.ndcgAt100 > best { (bestPlace, bestModel) = (place, model) }
  }

  var report: HeldOutReport? {
    trials[bestPlace].map { HeldOutReport(best: $0, trials: trials.keys.sorted().compactMap { trials[$0] }) }
  }
}
