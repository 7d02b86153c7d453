/// What training made: enough to score all titles for any profile, the unseen ones of tomorrow too.
package struct TrainedModel: Sendable, Hashable {
  package let weights: SparseWeights
  /// Σ of weights of those who liked a title, 1 for the most popular.
  package let popularity: [Float]
  /// How many profiles liked each title.
  package let profilesOfTitle: [Int32]
  /// The λ that was taken.
  package let ridge: Float
  package let priorShare: Float
  package let priorEvents: Float
  /// Nil where the linear model is as good alone.
  package internal(set) var blend: Blend?
  /// Nil where there were too few profiles to hold any out.
  package internal(set) var heldOut: HeldOutReport?

  /// Factors, and how much their z-scores count next to the linear model's.
  package struct Blend: Sendable, Hashable {
    package let factors: TitleFactors
    package let share: Float
  }

  /// The same without factors.
  package var linearPart: TrainedModel {
    var model = self
    model.blend = nil
    return model
  }

  package var titleCount: Int { weights.titleCount }

  /// The least share of a score that a reason may be named for.
  package static let reasonShareMinimum: Float = 0.15

  /// A score for each title, higher is better: what the history's titles say, and for short histories popularity.
  /// Only scores of one history compare; those of a blend are sums of z-scores.
  /// Weights are the labels, faded with age; titles the model does not know, or of weight 0, say nothing.
  package func scores(of history: [(title: Int32, weight: Float)]) -> [Float] {
    self.scores(of: history, from: contributions(of: history))
  }

  /// The same, from contributions that ``addContribution(of:weight:into:)`` has kept up to date.
  package func scores(of history: [(title: Int32, weight: Float)], from contributions: [Float]) -> [Float] {
    var scores = contributions
    addPrior(events: history.count { $0.weight > 0 }, into: &scores)
    guard let blend else { return scores }
    standardize(&scores)
    var others = blend.factors.scores(of: history)
    standardize(&others)
    for title in 0..<min(scores.count, others.count) { scores[title] += blend.share * others[title] }
    return scores
  }

  /// What the history's titles say, popularity left out: the sum of ``addContribution(of:weight:into:)``.
  package func contributions(of history: [(title: Int32, weight: Float)]) -> [Float] {
    var scores = [Float](repeating: 0, count: titleCount)
    scores.withUnsafeMutableBufferPointer { scores in
      for (title, weight) in history where weight > 0 { weights.add(title, times: weight, into: scores) }
    }
    return scores
  }

  /// Brings contributions up to date with one event: pass the new weight, or the difference to the old one.
  package func addContribution(of title: Int32, weight: Float, into contributions: inout [Float]) {
    contributions.withUnsafeMutableBufferPointer { weights.add(title, times: weight, into: $0) }
  }

  /// Popularity, the less the more `events` there are.
  func addPrior(events: Int, into scores: inout [Float]) {
    let share = priorShare * min(1, priorEvents / Float(max(1, events)))
    for title in 0..<min(scores.count, popularity.count) { scores[title] += share * popularity[title] }
  }

  /// The best titles that the mask leaves, best first; of equal scores the lower index first.
  package func topTitles(_ scores: [Float], count: Int, mask: TitleMask) -> [(title: Int32, score: Float)] {
    bestTitles(scores, count: count, mask: mask)
  }

  /// The title of the history that says most for `title`, with its share of all that is said for it. Nil if that is
  /// under ``reasonShareMinimum``: it would be no honest reason.
  package func reason(
    for title: Int32, in history: [(title: Int32, weight: Float)]
  ) -> (anchor: Int32, share: Float)? {
    var total: Float = 0
    var greatest: (anchor: Int32, contribution: Float) = (-1, 0)
    for (anchor, weight) in history where weight > 0 && anchor != title {
      let contribution = weight * weights.value(from: anchor, to: title)
      guard contribution > 0 else { continue }
      total += contribution
      if contribution > greatest.contribution { greatest = (anchor, contribution) }
    }
    guard total > 0 else { return nil }
    let share = greatest.contribution / total
    return share >= Self.reasonShareMinimum ? (greatest.anchor, share) : nil
  }

  /// Titles that go best with this one, best first.
  package func similar(to title: Int32, count: Int, mask: TitleMask) -> [(title: Int32, score: Float)] {
    var best = BestTitles(count)
    for (target, value) in weights.row(of: title) where value > best.threshold && value > 0 && !mask.contains(target) {
      best.offer(target, value)
    }
    return best.ranked()
  }
}

extension TrainedModel {
  init(
    weights: SparseWeights, _ interactions: Interactions, _ options: TrainingOptions, ridge: Float,
    without isLeftOut: [Bool]?
  ) {
    let (profiles, sums) = interactions.popularity(without: isLeftOut)
    let most = sums.max() ?? 0
    self.init(
      weights: weights, popularity: sums.map { most > 0 ? $0 / most : 0 }, profilesOfTitle: profiles, ridge: ridge,
      priorShare: options.priorShare, priorEvents: options.priorEvents, blend: nil, heldOut: nil)
  }
}

/// Brings scores to mean 0 and deviation 1; all alike, to 0.
private func standardize(_ scores: inout [Float]) {
  let count = Float(max(1, scores.count))
  scores.withUnsafeMutableBufferPointer { scores in
    var sum: Float = 0
    for score in scores { sum += score }
    let mean = sum / count
    var squares: Float = 0
    for score in scores { squares += (score - mean) * (score - mean) }
    let deviation = (squares / count).squareRoot()
    let scale = deviation > 0 ? 1 / deviation : 0
    for place in scores.indices { scores[place] = (scores[place] - mean) * scale }
  }
}
