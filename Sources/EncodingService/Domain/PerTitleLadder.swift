import EncodingAPI

/// A film's own ladder, chosen on what samples of it came to. Pure.
///
/// Each rung of the fixed ladder is asked what it would show of this film, and the cheapest of all sizes and rate
/// factors that shows as much takes its place: so at no quality does it cost more. What the eye can't tell from a
/// cheaper rung, or is beyond what it can see at all, is left out: easy films get fewer rungs.
struct PerTitleLadder: Sendable {
  struct Choice: Sendable, Hashable {
    var rung: Rung
    var why: RenditionWhy
  }

  var curve: QualityCurve
  /// In H.264, best first.
  var fixed: [Rung]
  /// Beyond it nothing is seen to improve.
  var targetQuality: Double = 95

  /// Rungs closer than this in quality look alike: half of a just noticeable difference of VMAF (6 points).
  static let leastStep = 3.0
  /// Players gain nothing from rungs closer than this in rate.
  static let leastRatio = 1.3
  /// Room of a rung above the mean of its samples, where the fixed ladder's cap leaves less.
  static let headroom = 1.5
  /// A place taken over for less than this would be within the error of prediction.
  static let leastSaving = 0.02
  private static let shortSideOfAll = 240

  /// Nil where samples tell too little: where the fixed ladder would run into its caps on what was sampled.
  func choices() -> [Choice]? {
    guard let best = fixed.first, let lowest = fixed.last, let top = predicted(best) else { return nil }
    let (limit, shortest) = (Double(best.maximumBitrateKbps), min(lowest.width, lowest.height))
    var chosen: [(estimate: QualityCurve.Estimate, choice: Choice)] = []
    let goal = min(targetQuality, top.quality)
    for (index, rung) in fixed.enumerated() {
      guard let baseline = predicted(rung) else { return nil }
      let isLowest = index == fixed.count - 1
      if let last = chosen.last, baseline.quality >= last.estimate.quality - Self.leastStep, !isLowest { continue }
      let wanted = min(goal, baseline.quality)
      let candidates = curve.estimates.filter {
        $0.quality >= wanted && $0.kbps <= limit && (!isLowest || isSmall($0.size, shortest))
      }
      var found = candidates.min { ($0.kbps, -$0.quality) < ($1.kbps, -$1.quality) } ?? baseline.estimate
      if found.kbps > baseline.kbps * (1 - Self.leastSaving), index > 0 || top.quality <= goal {
        found = baseline.estimate
      }
      if let last = chosen.last {
        if found == last.estimate { continue }
        let isClose = last.estimate.kbps < found.kbps * Self.leastRatio
        if isClose, !isLowest { continue }
        // The lowest is needed for those who may see no more: the one above it goes, unless that is the best.
        if isClose, chosen.count > 1 { chosen.removeLast() }
      }
      chosen.append((found, choice(found, in: rung, baseline, isTop: index == 0)))
    }
    return named(chosen.map(\.choice))
  }

  /// What the fixed ladder is predicted to come to; rungs that samples tell nothing of are left out.
  var fixedPrediction: [PredictedRung] {
    fixed.compactMap { rung in predicted(rung).map { $0.rung } }
  }

  // MARK: - One rung

  private struct Baseline {
    var rung: PredictedRung
    var estimate: QualityCurve.Estimate
    var isCapped: Bool
    var kbps: Double { rung.kbps }
    var quality: Double { rung.quality }
  }

  /// What a rung of the fixed ladder comes to: at its rate factor, or where its cap is lower, at the one that the cap
  /// amounts to. Where its size was not sampled, between its neighbours by area.
  private func predicted(_ rung: Rung) -> Baseline? {
    let size = PictureSize(width: rung.width, height: rung.height)
    let factors = rung.constantRateFactor...max(rung.constantRateFactor, 51)
    let estimates = factors.lazy.compactMap { estimate(size, constantRateFactor: $0) }
    guard let estimate = estimates.first(where: { $0.kbps <= Double(rung.maximumBitrateKbps) }) else { return nil }
    return Baseline(
      rung: PredictedRung(name: rung.name, kbps: Self.tenths(estimate.kbps), quality: Self.tenths(estimate.quality)),
      estimate: estimate, isCapped: estimate.constantRateFactor > rung.constantRateFactor)
  }

  private func estimate(_ size: PictureSize, constantRateFactor factor: Int) -> QualityCurve.Estimate? {
    if let found = curve.estimate(size, constantRateFactor: factor) { return found }
    func area(_ size: PictureSize) -> Double { Double(size.width * size.height) }
    guard let above = curve.sizes.last(where: { area($0) > area(size) }),
      let below = curve.sizes.first(where: { area($0) < area(size) }),
      let high = curve.estimate(above, constantRateFactor: factor),
      let low = curve.estimate(below, constantRateFactor: factor)
    else { return nil }
    let part = (area(size) - area(below)) / (area(above) - area(below))
    return QualityCurve.Estimate(
      size: size, constantRateFactor: factor, kbps: low.kbps + part * (high.kbps - low.kbps),
      quality: low.quality + part * (high.quality - low.quality))
  }

  private func isSmall(_ size: PictureSize, _ shortest: Int) -> Bool {
    min(size.width, size.height) <= max(shortest, Self.shortSideOfAll)
  }

  private func choice(
    _ found: QualityCurve.Estimate, in rung: Rung, _ baseline: Baseline, isTop: Bool
  ) -> Choice {
    let cap = max(
      Double(rung.maximumBitrateKbps), min(found.kbps * Self.headroom, Double(fixed[0].maximumBitrateKbps)))
    let own = Rung(
      name: "\(min(found.size.width, found.size.height))p", width: found.size.width, height: found.size.height,
      constantRateFactor: found.constantRateFactor, maximumBitrateKbps: max(60, Int((cap / 10).rounded()) * 10))
    return Choice(
      rung: own,
      why: RenditionWhy(
        reason: reason(found, baseline, isTop: isTop), predictedKbps: Self.tenths(found.kbps),
        predictedQuality: Self.tenths(found.quality), comparedTo: baseline.rung))
  }

  private func reason(_ found: QualityCurve.Estimate, _ baseline: Baseline, isTop: Bool) -> String {
    let quality = Self.text(found.quality)
    let name = baseline.rung.name
    if found == baseline.estimate {
      if baseline.isCapped {
        return "At the cap of the fixed \(name): no other size shows as much (\(quality)) for less."
      }
      return "As in the fixed ladder: no other size or rate factor shows as much (\(quality)) for less."
    }
    let saved = Int(((1 - found.kbps / baseline.kbps) * 100).rounded())
    if isTop, baseline.quality > found.quality + 0.5 {
      return "The best rung: \(quality) is as good as can be seen (\(Self.text(targetQuality))), and costs \(saved) % "
        + "less than the \(Self.text(baseline.quality)) of the fixed \(name)."
    }
    return "It shows as much (\(quality)) as the fixed \(name) (\(Self.text(baseline.quality))) for \(saved) % less."
  }

  /// A second rung of a size is `720p-2`.
  private func named(_ choices: [Choice]) -> [Choice] {
    var counts: [String: Int] = [:]
    return choices.map { choice in
      var choice = choice
      let number = (counts[choice.rung.name] ?? 0) + 1
      counts[choice.rung.name] = number
      if number > 1 { choice.rung.name += "-\(number)" }
      return choice
    }
  }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
  private static func text(_ value: Double) -> String { "\(tenths(value))" }
}
