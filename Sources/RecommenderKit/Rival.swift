/// An order of titles that needs no training: what a model has to be better than to be worth serving.
package struct Rival: Sendable {
  package let name: String
  /// A score for each title, higher is better. `popularity` is by title, 1 for the most popular, of the profiles that
  /// may be learnt from: what a rival knows of others must not know of those it is judged on.
  package let scores: @Sendable (_ history: [(title: Int32, weight: Float)], _ popularity: [Float]) -> [Float]

  package init(
    _ name: String,
    scores: @escaping @Sendable (_ history: [(title: Int32, weight: Float)], _ popularity: [Float]) -> [Float]
  ) {
    self.name = name
    self.scores = scores
  }

  /// The most popular for everybody.
  package static func popularity(named name: String = "popularity") -> Rival { Rival(name) { $1 } }
}

/// How much better one order is than another on the same profiles.
package struct Lead: Sendable, Hashable {
  /// Of the differences, one for each profile; below 0 where the other is better.
  package let mean: Double
  /// Of that mean; infinite where a single profile tells nothing of it.
  package let standardError: Double

  package init(mean: Double, standardError: Double) {
    self.mean = mean
    self.standardError = standardError
  }

  init(of own: [Double], over other: [Double]) {
    let differences = zip(own, other).map { $0 - $1 }
    let count = Double(differences.count)
    let mean = count > 0 ? differences.reduce(0, +) / count : 0
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = count > 1 ? (squares / (count - 1) / count).squareRoot() : .infinity
  }
}
