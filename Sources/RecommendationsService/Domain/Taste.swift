import Contract
import RecommendationsAPI

/// What is believed of a viewer's taste, from what.
struct Taste {
  private static let genresMaximum = 8
  private static let peopleMaximum = 10
  private static let anchorsMaximum = 10

  let viewer: Viewer
  let shelf: Shelf

  func described(
    hidden: [ProfileTaste.Hidden], by modelVersion: String
  ) -> ProfileTaste {
    let history = viewer.history
    let sum = max(history.reduce(0) { $0 + Double($1.weight) }, .leastNormalMagnitude)
    let watched = viewer.lastTimes
    let anchors = history.compactMap { title, weight -> ProfileTaste.Anchor? in
      guard shelf.admits(title, to: viewer.audience) else { return nil }
      return shelf.facts[Int(title)].map { facts in
        ProfileTaste.Anchor(
          titleId: facts.id, weight: Self.rounded(Double(weight)),
          watchedAt: watched[title] ?? Timestamp(milliseconds: 0))
      }
    }
    return ProfileTaste(
      modelVersion: modelVersion, genres: genres(history, sum), people: people(history, sum),
      anchors: Array(
        anchors.sorted { ($0.weight, $0.watchedAt) > ($1.weight, $1.watchedAt) }.prefix(Self.anchorsMaximum)),
      hidden: hidden, resetAt: viewer.tasteResetAt)
  }

  private func genres(_ history: [(title: TitleNumber, weight: Float)], _ sum: Double) -> [ProfileTaste.Genre] {
    zip(shelf.genres, shelf.genreWeights(of: history)).filter { $0.1 > 0 }
      .map { ProfileTaste.Genre(genre: $0.name, weight: Self.rounded($1 / sum)) }
      .sorted { ($1.weight, $0.genre) < ($0.weight, $1.genre) }.prefix(Self.genresMaximum).map(\.self)
  }

  private func people(_ history: [(title: TitleNumber, weight: Float)], _ sum: Double) -> [ProfileTaste.Person] {
    struct Part: Hashable {
      let name: String
      let role: ProfileTaste.Person.Role
    }
    var weights: [Part: Double] = [:]
    for (title, weight) in history {
      guard let facts = shelf.facts[Int(title)] else { continue }
      for name in facts.directors { weights[Part(name: name, role: .director), default: 0] += Double(weight) / sum }
      for name in facts.cast { weights[Part(name: name, role: .cast), default: 0] += Double(weight) / sum }
    }
    return weights.map { ProfileTaste.Person(name: $0.key.name, role: $0.key.role, weight: Self.rounded($0.value)) }
      .sorted { ($1.weight, $0.name, $0.role.rawValue) < ($0.weight, $1.name, $1.role.rawValue) }
      .prefix(Self.peopleMaximum).map(\.self)
  }

  /// To four places: more says nothing of a taste.
  private static func rounded(_ weight: Double) -> Double { (weight * 10_000).rounded() / 10_000 }
}
