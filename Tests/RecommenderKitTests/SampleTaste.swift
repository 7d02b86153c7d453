import Contract

@testable import RecommenderKit

/// Profiles that like titles of one genre each, and now and then any title.
struct SampleTaste {
  static let genres = 4
  static let titlesOfGenre = 12
  static var titleCount: Int { genres * titlesOfGenre }

  /// Profile p likes genre p % 4; title t is of genre t % 4.
  static func interactions(profiles: Int, seed: UInt64 = 7) -> Interactions {
    var random = SeededRandom(seed: seed)
    var builder = Interactions.Builder()
    for profile in 0..<profiles {
      for _ in 0..<8 {
        let title =
          Int.random(in: 0..<10, using: &random) == 0
          ? Int.random(in: 0..<titleCount, using: &random)
          : Int.random(in: 0..<titlesOfGenre, using: &random) * genres + profile % genres
        builder.add(profile: Int32(profile), title: Int32(title), weight: 1)
      }
    }
    return builder.build(titleCount: titleCount)
  }

  static var options: TrainingOptions {
    var options = TrainingOptions()
    options.ridges = [1, 5, 20]
    options.firstRidge = 5
    options.isBlendTried = false
    return options
  }
}
