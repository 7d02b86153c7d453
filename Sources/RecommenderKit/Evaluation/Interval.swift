import Contract

/// A mean over profiles with the interval that holds it in 95 of 100 draws of other profiles (percentile bootstrap).
package struct Interval: Sendable, Hashable {
  package let mean: Double
  package let low: Double
  package let high: Double

  /// All zero for no values.
  package init(of values: [Double], resamples: Int = 1000, seed: UInt64 = 1) {
    guard !values.isEmpty else {
      (mean, low, high) = (0, 0, 0)
      return
    }
    var random = SeededRandom(seed: seed)
    let count = UInt64(values.count)
    let means = (0..<max(1, resamples)).map { _ in
      var sum = 0.0
      for _ in values { sum += values[Int(random.next() % count)] }
      return sum / Double(values.count)
    }.sorted()
    mean = values.reduce(0, +) / Double(values.count)
    low = means[Int(Double(means.count - 1) * 0.025)]
    high = means[Int((Double(means.count - 1) * 0.975).rounded(.up))]
  }
}
