import Contract
import RecommenderKit

/// Orders titles for a profile. A page does not know how: by a trained model, by likeness, by popularity.
protocol ProfileRanker: Sendable {
  func ranking(for viewer: Viewer, on shelf: Shelf) -> ProfileRanking
}

/// What one profile would like, at one moment.
struct ProfileRanking: Sendable {
  /// A title, and how much speaks for it.
  struct Scored: Sendable, Hashable {
    let title: TitleNumber
    let score: Float
  }

  /// What made it, as logged with everything that is shown.
  let modelVersion: String
  /// By title number, as many as the shelf has. For what is not above 0 nothing speaks.
  let scores: [Float]
  /// Titles that tell of the profile's taste, latest first: a row may be about those of them that it watched.
  let anchors: [TitleNumber]
  /// What one of the anchors alone speaks for, best first.
  let neighbours: @Sendable (_ anchor: TitleNumber) -> [Scored]
  /// The anchor that speaks most for a title, and its share of all that does, 0 to 1.
  let reason: @Sendable (_ title: TitleNumber) -> (anchor: TitleNumber, share: Float)?

  /// A smaller share is no reason to be named.
  static let reasonShareMinimum = TrainedModel.reasonShareMinimum

  init(
    modelVersion: String, scores: [Float], anchors: [TitleNumber] = [],
    neighbours: @escaping @Sendable (TitleNumber) -> [Scored] = { _ in [] },
    reason: @escaping @Sendable (TitleNumber) -> (anchor: TitleNumber, share: Float)? = { _ in nil }
  ) {
    self.modelVersion = modelVersion
    self.scores = scores
    self.anchors = anchors
    self.neighbours = neighbours
    self.reason = reason
  }

  /// The title of the history that the title is shown for, if that is a reason worth naming.
  func namedAnchor(of title: TitleNumber) -> TitleNumber? {
    guard let (anchor, share) = reason(title), share >= Self.reasonShareMinimum else { return nil }
    return anchor
  }
}

/// The same for everybody: what is begun most.
struct PopularityRanker: ProfileRanker {
  func ranking(for viewer: Viewer, on shelf: Shelf) -> ProfileRanking {
    ProfileRanking(modelVersion: "popularity", scores: shelf.popularity)
  }
}

/// By likeness to what the profile watched, in genres and people: what there is before a model has been trained.
struct SimilarityRanker: ProfileRanker {
  /// Of the latest titles that tell of taste.
  static let anchorsMaximum = 20
  /// How much popularity counts beside it: more, the less is known of the profile.
  static let popularityShare: Float = 0.05
  static let knownTitles: Float = 5

  func ranking(for viewer: Viewer, on shelf: Shelf) -> ProfileRanking {
    let history = Array(viewer.history.prefix(Self.anchorsMaximum))
    return ProfileRanking(
      modelVersion: history.isEmpty ? "popularity" : "similarity",
      scores: Self.scores(of: history, popularity: shelf.popularity, by: shelf.similarity),
      anchors: history.map(\.title),
      neighbours: { shelf.similarity.nearest(to: $0) },
      reason: { title in Self.reason(for: title, in: history, on: shelf) })
  }

  /// By title number, for as many titles as `popularity` has. Of the history the first titles count.
  static func scores(
    of history: [(title: TitleNumber, weight: Float)], popularity: [Float], by similarity: SimilarityIndex
  ) -> [Float] {
    let history = history.prefix(anchorsMaximum)
    let prior = popularityShare * min(1, knownTitles / Float(max(1, history.count)))
    var scores = popularity.map { $0 * prior }
    for (anchor, weight) in history {
      for neighbour in similarity.nearest(to: anchor) where Int(neighbour.title) < scores.count {
        scores[Int(neighbour.title)] += weight * neighbour.score
      }
    }
    return scores
  }

  private static func reason(
    for title: TitleNumber, in history: [(title: TitleNumber, weight: Float)], on shelf: Shelf
  ) -> (anchor: TitleNumber, share: Float)? {
    var sum: Float = 0
    var best: (anchor: TitleNumber, part: Float)?
    for (anchor, weight) in history {
      guard let found = shelf.similarity.nearest(to: anchor).first(where: { $0.title == title }) else { continue }
      let part = weight * found.score
      sum += part
      if part > best?.part ?? 0 { best = (anchor, part) }
    }
    return best.map { ($0.anchor, $0.part / sum) }
  }
}
