/// How a model is trained; the defaults are what docs/recommendations.md measures.
package struct TrainingOptions: Sendable, Hashable {
  /// λ: what is added to the diagonal. The best on held-out profiles is taken. Ascending, over 0.
  package var ridges: [Float] = [50, 100, 200, 500, 1000]
  /// The λ to begin with, e.g. the last model's; the scan goes on from there while it gets better.
  package var firstRidge: Float = 200
  /// p of the denoising objective (Steck 2020): each interaction left out at random with this probability.
  package var dropout: Float = 0.33
  /// A profile of n titles, n̄ on average, counts (n / n̄)^−e: heavy and abusive ones are held back.
  package var profileExponent: Float = 0.5
  /// Weights kept for each title, negative ones too.
  package var weightsPerTitle = 200
  /// What popularity adds to scores of profiles with up to `priorEvents` titles; fading as 1/n with more.
  package var priorShare: Float = 0.05
  package var priorEvents: Float = 5
  /// More titles than that are not inverted: the most watched are, the others have popularity alone.
  /// Memory is 4 bytes by its square, 400 MB for 10,000.
  package var titlesMaximum = 20_000
  /// Profiles set aside to choose λ and to judge the model: a share of those that liked 5 titles or more, up to a
  /// number. With fewer than `heldOutMinimum` of them, none are.
  package var heldOutShare = 0.1
  package var heldOutMaximum = 1000
  package var heldOutMinimum = 20
  /// Of the choice of held-out profiles and of their titles.
  package var seed: UInt64 = 1

  package init() {}
}

package enum TrainingError: Error, Sendable, Hashable {
  case cancelled
  /// The matrix could not be inverted: weights that are no numbers, or no λ over 0.
  case notPositiveDefinite
}
