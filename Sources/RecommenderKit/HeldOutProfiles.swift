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
  /// The best first.
  private(set) var rivals: [HeldOutReport.Rivalry] = []
  /// NDCG@100 of the best of them, by profile.
  private var rivalValues: [Double] = []

  /// Nil where there are too few profiles to tell models apart.
  init?(_ interactions: Interactions, _ options: TrainingOptions, against rivals: [Rival] = []) {
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
    judge(rivals, by: interactions)
  }

  func judge(_ model: TrainedModel) -> HeldOutReport.Trial {
    let values = values { model.scores(of: $0) }
    return HeldOutReport.Trial(
      ridge: model.ridge, blendShare: model.blend?.share ?? 0,
      regularization: model.blend?.factors.regularization ?? 0, profiles: profiles.count,
      ndcgAt100: Self.mean(values.ndcg), recallAt20: Self.mean(values.recall),
      lead: rivals.isEmpty ? nil : Lead(of: values.ndcg, over: rivalValues))
  }

  /// On the same profiles, the same titles of theirs to find, the same measure as a model.
  private mutating func judge(_ rivals: [Rival], by interactions: Interactions) {
    let sums = interactions.popularity(without: isHeldOut).weights
    let most = max(sums.max() ?? 0, .leastNormalMagnitude)
    let popularity = sums.map { $0 / most }
    for rival in rivals {
      let values = values { rival.scores($0, popularity) }.ndcg
      let rivalry = HeldOutReport.Rivalry(name: rival.name, ndcgAt100: Self.mean(values))
      if rivalry.ndcgAt100 > self.rivals.first?.ndcgAt100 ?? -1 { rivalValues = values }
      self.rivals.append(rivalry)
      self.rivals.sort { $0.ndcgAt100 > $1.ndcgAt100 }
    }
  }

  /// By profile, of the best 100 that are not in its history.
  private func values(
    _ scores: ([(title: Int32, weight: Float)]) -> [Float]
  ) -> (ndcg: [Double], recall: [Double]) {
    var values: (ndcg: [Double], recall: [Double]) = ([], [])
    for profile in profiles {
      let seen = TitleMask(titleCount: 0, masking: profile.history.lazy.map(\.title))
      let ranked = bestTitles(scores(profile.history), count: 100, mask: seen).map(\.title)
      values.ndcg.append(RankingMetrics.ndcg(at: 100, of: ranked, relevant: profile.relevant))
      values.recall.append(RankingMetrics.recall(at: 20, of: ranked, relevant: profile.relevant))
    }
    return values
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
