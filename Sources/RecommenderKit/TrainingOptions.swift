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
  package var heldOutShare = 0.2
  package var heldOutMaximum = 1000
  package var heldOutMinimum = 20
  /// Whether factors are tried beside the linear model. They are kept where held-out profiles fare better by
  /// `blendGainMinimum`, as a share of NDCG@100; below that they are not worth the time they take.
  package var isBlendTried = true
  package var blendGainMinimum = 0.005
  /// How much z-scores of the factors count, next to 1 for those of the linear model. Ascending.
  package var blendShares: [Float] = [0.4, 1, 2]
  /// Numbers in a title's vector.
  package var factorDimension = 64
  /// α₀: what a title that was not liked counts, next to 1 for one that was.
  package var factorUnobservedWeight: Float = 0.33
  /// Those that are tried; times the interactions a vector is worked out from.
  package var factorRegularizations: [Float] = [0.006, 0.013]
  package var factorIterations = 10
  /// Of the choice of held-out profiles and of their titles, and of the factors' first values.
  package var seed: UInt64 = 1

  package init() {}
}

package enum TrainingError: Error, Sendable, Hashable {
  case cancelled
  /// The matrix could not be inverted: weights that are no numbers, or no λ over 0.
  case notPositiveDefinite
}
