import ConfigKit

/// Every setting of learning and of serving what was learnt, read once at the start.
struct LearningSettings: Sendable {
  /// Without it rows come from popularity and likeness alone, and nothing is trained.
  let isLearning: Bool
  let training: TrainingBounds
  /// Of more titles the most liked are learnt from: training takes 4 bytes by the square of their number, and time by
  /// its third power.
  let trainingTitlesMaximum: Int
  /// Whether factors are tried beside the linear model; what held-out profiles say of them decides.
  let isBlendTried: Bool
  /// Models whose files are kept, to go back to.
  let modelsKept: Int
  /// For the cached score vectors of profiles, all together.
  let vectorBytes: Int
  /// A profile's latest titles that its scores are made of.
  let historyRead: Int
  /// Labels read at once for training.
  let labelsAtOnce: Int
  let picksMaximum: Int
  let picksOffered: Int

  init(_ reader: SettingsReader) throws {
    isLearning = try reader.boolean("RECOMMENDATIONS_LEARNING", default: true)
    training = TrainingBounds(
      intervalSeconds: try reader.double("RECOMMENDATIONS_TRAINING_INTERVAL_SECONDS", default: 600, in: 1...86_400),
      pauseSeconds: try reader.double("RECOMMENDATIONS_TRAINING_PAUSE_SECONDS", default: 10, in: 0.01...3600),
      changedShare: try reader.double("RECOMMENDATIONS_TRAINING_CHANGED_SHARE", default: 0.01, in: 0...1),
      profilesMinimum: try reader.integer("RECOMMENDATIONS_TRAINING_PROFILES_MINIMUM", default: 20, in: 2...100_000),
      dropMaximum: try reader.double("RECOMMENDATIONS_MODEL_DROP_MAXIMUM", default: 0.02, in: 0...1),
      patienceHours: try reader.double("RECOMMENDATIONS_MODEL_PATIENCE_HOURS", default: 24, in: 0...8760))
    trainingTitlesMaximum = try reader.integer(
      "RECOMMENDATIONS_TRAINING_TITLES_MAXIMUM", default: 10_000, in: 10...40_000)
    isBlendTried = try reader.boolean("RECOMMENDATIONS_BLEND", default: true)
    modelsKept = try reader.integer("RECOMMENDATIONS_MODELS_KEPT", default: 5, in: 1...100)
    vectorBytes = try reader.integer(
      "RECOMMENDATIONS_VECTOR_BYTES", default: 64 << 20, in: 1 << 20...16 << 30)
    historyRead = try reader.integer("RECOMMENDATIONS_HISTORY_READ", default: 500, in: 10...5000)
    labelsAtOnce = try reader.integer("RECOMMENDATIONS_LABELS_AT_ONCE", default: 20_000, in: 10...1_000_000)
    picksMaximum = try reader.integer("RECOMMENDATIONS_PICKS_MAXIMUM", default: 10, in: 1...100)
    picksOffered = try reader.integer("RECOMMENDATIONS_PICKS_OFFERED", default: 30, in: 1...200)
  }
}
