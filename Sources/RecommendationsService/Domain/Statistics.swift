import Contract
import RecommendationsAPI

/// Figures with their 95 % intervals.
enum Statistics {
  private static let quantile = 1.959964

  /// A mean and its squared standard error; nil below two values.
  struct Mean: Sendable {
    let value: Double
    let squaredError: Double
    /// Degrees of freedom.
    let freedom: Double
    /// How far off it may be where all values are alike, which is no sign that the next will be.
    let unseen: Double

    /// - Parameter step: the least by which a value that differs would: one play among the titles a profile has seen.
    init?(_ values: [Double], step: Double) {
      guard values.count > 1 else { return nil }
      // A sum of equal values is rounded: that is no spread.
      let mean = values.allSatisfy { $0 == values[0] } ? values[0] : values.reduce(0, +) / Double(values.count)
      value = mean
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      freedom = Double(values.count - 1)
      squaredError = squares / freedom / Double(values.count)
      unseen = squaredError > 0 ? 0 : step * Statistics.unseenShare(of: Double(values.count))
    }

    var estimate: Estimate {
      guard squaredError == 0 else {
        return Statistics.estimate(value, squaredError: squaredError, freedom: freedom)
      }
      return Estimate(value: value, low: max(0, value - unseen), high: value + unseen)
    }

    /// How much greater this is than `other`: Welch's t; where either has no spread of its own, from the bounds of
    /// both (Zou and Donner 2008).
    func difference(to other: Mean) -> Estimate {
      if squaredError == 0 || other.squaredError == 0 { return Statistics.difference(estimate, other.estimate) }
      let sum = squaredError + other.squaredError
      let parts = squaredError * squaredError / freedom + other.squaredError * other.squaredError / other.freedom
      return Statistics.estimate(value - other.value, squaredError: sum, freedom: sum * sum / parts)
    }
  }

  private static func difference(_ one: Estimate, _ other: Estimate) -> Estimate {
    func length(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
    let value = one.value - other.value
    return Estimate(
      value: value, low: value - length(one.value - one.low, other.high - other.value),
      high: value + length(one.high - one.value, other.value - other.low))
  }

  /// How large a share may be of which `count` showed nothing (Wilson's bound; 3.8 of a count that is large).
  static func unseenShare(of count: Double) -> Double { quantile * quantile / (count + quantile * quantile) }

  static func estimate(_ value: Double, squaredError: Double, freedom: Double = .infinity) -> Estimate {
    let half = studentQuantile(freedom) * max(0, squaredError).squareRoot()
    return Estimate(value: value, low: value - half, high: value + half)
  }

  /// Few values say less than a normal distribution would have it: Student's, by the series of Abramowitz and Stegun,
  /// 26.7.5, within 1 % from four degrees of freedom on.
  static func studentQuantile(_ freedom: Double) -> Double {
    let z = quantile
    let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
    let first = (z3 + z) / 4
    let second = (5 * z5 + 16 * z3 + 3 * z) / 96
    let third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384
    return z + first / freedom + second / (freedom * freedom) + third / (freedom * freedom * freedom)
  }

  /// A share of `count` (Wilson's score interval); ties may count half. Nil for none.
  static func share(_ part: Double, of count: Int) -> Estimate? {
    guard count > 0 else { return nil }
    let n = Double(count)
    let share = part / n
    let squared = quantile * quantile
    let middle = (share + squared / (2 * n)) / (1 + squared / n)
    let half = quantile * (share * (1 - share) / n + squared / (4 * n * n)).squareRoot() / (1 + squared / n)
    return Estimate(value: share, low: max(0, middle - half), high: min(1, middle + half))
  }
}

extension Estimate {
  /// Nothing is gained by bounds beyond what can be.
  func within(_ possible: ClosedRange<Double>) -> Estimate {
    Estimate(value: value, low: max(low, possible.lowerBound), high: min(high, possible.upperBound))
  }
}

/// What other policies would have been worth, from titles that were drawn by chance with a known chance.
enum Replay {
  /// One drawn title that came into view.
  struct Draw: Sendable {
    let propensity: Double
    let poolSize: Int
    let rank: Int
    let popularityRank: Int
    let isPlayed: Bool
  }

  /// With what chance a policy would have drawn the same.
  private static let policies: [(name: String, chance: @Sendable (Draw) -> Double)] = [
    ("best", { $0.rank == 0 ? 1 : 0 }),
    ("popularity", { $0.popularityRank == 0 ? 1 : 0 }),
    (
      "ranked",
      { draw in
        let sum = (1...max(1, draw.poolSize)).reduce(0) { $0 + 1 / Double($1) }
        return 1 / Double(draw.rank + 1) / sum
      }
    ),
    ("uniform", { 1 / Double(max(1, $0.poolSize)) }),
  ]

  static func report(_ draws: [Draw]) -> ReplayReport {
    let usable = draws.filter { $0.propensity > 0 }
    return ReplayReport(
      impressions: usable.count,
      policies: policies.map { policy in
        let weights = usable.map { policy.chance($0) / $0.propensity }
        return value(policy.name, weights, usable.map { $0.isPlayed ? 1 : 0 })
      })
  }

  /// Where nothing was played, bounds say how much could have been without showing among so many.
  private static func value(_ name: String, _ weights: [Double], _ rewards: [Double]) -> ReplayReport.Policy {
    let sum = weights.reduce(0, +)
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    guard sum > 0, weights.count > 1 else {
      return ReplayReport.Policy(name: name, ips: nil, snips: nil, effectiveImpressions: squares > 0 ? 1 : 0)
    }
    let effective = sum * sum / squares
    let unseen = Statistics.unseenShare(of: effective)
    let mean = sum / Double(weights.count)
    let value = zip(weights, rewards).reduce(0) { $0 + $1.0 * $1.1 } / sum
    // By the delta method, as for any ratio of means.
    let spread = zip(weights, rewards).reduce(0) { $0 + $1.0 * $1.0 * ($1.1 - value) * ($1.1 - value) }
    let snips =
      spread > 0
      ? Statistics.estimate(value, squaredError: spread / (sum * sum))
      : Estimate(value: value, low: max(0, value - unseen), high: min(1, value + unseen))
    let products = zip(weights, rewards).map { $0 * $1 }
    let ips =
      products.contains { $0 > 0 }
      ? Statistics.Mean(products, step: mean)?.estimate : Estimate(value: 0, low: 0, high: mean * unseen)
    // By chance the unbiased value itself may be over 1.
    let possible = 0...max(1, ips?.value ?? 1)
    return ReplayReport.Policy(
      name: name, ips: ips?.within(possible), snips: snips.within(0...1), effectiveImpressions: effective)
  }
}
