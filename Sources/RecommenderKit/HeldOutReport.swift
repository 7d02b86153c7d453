/// How models fared on profiles they were not trained on.
package struct HeldOutReport: Sendable, Hashable {
  package struct Trial: Sendable, Hashable {
    /// λ of the linear model.
    package var ridge: Float
    /// How much the factors counted; 0 for the linear model alone.
    package var blendShare: Float
    /// Of the factors; 0 without.
    package var regularization: Float
    package var profiles: Int
    package var ndcgAt100: Double
    package var recallAt20: Double
    /// In NDCG@100 over the best rival; nil where there was none to hold it against.
    package var lead: Lead?
  }

  /// What was held against the model, on the same profiles.
  package struct Rivalry: Sendable, Hashable {
    package var name: String
    package var ndcgAt100: Double
  }

  /// Of the model that was taken.
  package var best: Trial
  /// All, those of the linear model first, by λ.
  package var trials: [Trial]
  /// The best first.
  package var rivals: [Rivalry] = []

  package var linearTrials: [Trial] { trials.filter { $0.blendShare == 0 } }
  package var blendTrials: [Trial] { trials.filter { $0.blendShare > 0 } }
}
