import Contract

/// Profiles set aside, each with four fifths of its titles to fold in and a fifth to find.
struct HeldOutProfiles {
  private static let titlesMinimum = 5

  struct Profile {
    let history: [(title: Int32, weight: Float)]
    let relevant: Set<Int32>
  }

  let isHeldOut: [Bool]
  let profiles: [Profile]

  /// Nil where there are too few profiles to tell models apart.
  init?(_ interactions: Interactions, _ options: TrainingOptions) {
    let eligible = (0..<interactions.profileCount).filter {
      interactions.places(of: $0).count >= Self.titlesMinimum
    }
    let count = min(options.heldOutMaximum, Int(Double(eligible.count) * options.heldOutShare))
    guard count >= max(1, options.heldOutMinimum) else { return nil }
    var random = SeededRandom(seed: options.seed)
    var isHeldOut = [Bool](repeating: false, count: interactions.profileCount)
    var profiles: [Profile] = []
    for profile in eligible.shuffled(using: &random).prefix(count) {
      isHeldOut[profile] = true
      let titles = interactions.history(of: profile).shuffled(using: &random)
      let found = max(1, titles.count / 5)
      profiles.append(
        Profile(history: Array(titles.dropFirst(found)), relevant: Set(titles.prefix(found).map(\.title))))
    }
    self.isHeldOut = isHeldOut
    self.profiles = profiles
  }

  func judge(_ model: TrainedModel) -> HeldOutReport.Trial {
    var ndcg = 0.0
    var recall = 0.0
    for profile in profiles {
      let seen = TitleMask(titleCount: model.titleCount, masking: profile.history.lazy.map(\.title))
      let ranked = model.topTitles(model.scores(of: profile.history), count: 100, mask: seen).map(\.title)
      ndcg += RankingMetrics.ndcg(at: 100, of: ranked, relevant: profile.relevant)
      recall += RankingMetrics.recall(at: 20, of: ranked, relevant: profile.relevant)
    }
    let count = Double(max(1, profiles.count))
    return HeldOutReport.Trial(
      ridge: model.ridge, blendShare: model.blend?.share ?? 0,
      regularization: model.blend?.factors.regularization ?? 0, profiles: profiles.count, ndcgAt100: ndcg / count,
      recallAt20: recall / count)
  }
}
