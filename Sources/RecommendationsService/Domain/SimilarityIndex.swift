import CacheKit
import Contract
import Foundation

/// Which titles share genres and people with which: cosine similarity of feature vectors, in which a rare feature
/// weighs more than a common one (inverse document frequency) and a director more than an actor.
final class SimilarityIndex: Sendable {
  enum Feature: Hashable, Sendable {
    case genre(String)
    case director(String)
    case cast(String)

    fileprivate var weight: Double {
      switch self {
      case .genre: 1
      case .director: 1.5
      case .cast: 1
      }
    }
  }

  struct Neighbour: Sendable, Hashable {
    let title: TitleNumber
    let score: Float
    /// What contributes most to the likeness.
    let shared: Feature
  }

  /// An unplayable title has to be that much more alike to come before a playable one.
  static let playableAdvantage: Float = 1.5

  private struct Posting {
    let title: TitleNumber
    /// Of the feature in that title's vector of length 1.
    let weight: Float
  }

  private let features: [Feature]
  private let postings: [[Posting]]
  /// By title number: indices into `features`, with the weights of the title's own vector.
  private let vectors: [[(feature: Int, weight: Float)]]
  private let isPlayable: [Bool]
  /// Those of titles that profiles watched lately: pages ask for them again and again.
  private let kept = BoundedCache<TitleNumber, [ProfileRanking.Scored]>(limit: 4096)
  private static let nearestCount = 200

  /// `facts` by title number.
  init(_ facts: [TitleFacts?]) {
    let named = facts.map { $0.map(Self.features) ?? [] }
    var index: [Feature: Int] = [:]
    var holders: [Int] = []
    for feature in named.joined() {
      if let known = index[feature] {
        holders[known] += 1
      } else {
        index[feature] = holders.count
        holders.append(1)
      }
    }
    var features = [Feature?](repeating: nil, count: holders.count)
    for (feature, position) in index { features[position] = feature }
    self.features = features.compactMap(\.self)
    let titles = Double(facts.count)
    vectors = named.map { own in
      let weights = own.map { feature in
        let position = index[feature] ?? 0
        return (feature: position, weight: feature.weight * log(1 + titles / Double(holders[position])))
      }
      let length = max(weights.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot(), .leastNormalMagnitude)
      return weights.map { (feature: $0.feature, weight: Float($0.weight / length)) }
    }
    var postings = [[Posting]](repeating: [], count: holders.count)
    for (number, vector) in vectors.enumerated() {
      for (feature, weight) in vector {
        postings[feature].append(Posting(title: TitleNumber(number), weight: weight))
      }
    }
    self.postings = postings
    isPlayable = facts.map { $0?.isPlayable ?? false }
  }

  private static func features(of facts: TitleFacts) -> [Feature] {
    facts.genres.map(Feature.genre) + facts.directors.map(Feature.director) + facts.cast.map(Feature.cast)
  }

  /// The two hundred titles most like `title`, best first, whoever may see them.
  func nearest(to title: TitleNumber) -> [ProfileRanking.Scored] {
    if let known = kept[title] { return known }
    let found = neighbours(of: title, limit: Self.nearestCount) { _ in true }.map {
      ProfileRanking.Scored(title: $0.title, score: $0.score)
    }
    kept[title] = found
    return found
  }

  /// The titles most like `title`, best first.
  func neighbours(of title: TitleNumber, limit: Int, where isAdmitted: (TitleNumber) -> Bool) -> [Neighbour] {
    guard vectors.indices.contains(Int(title)) else { return [] }
    var scores = [Float](repeating: 0, count: vectors.count)
    // The feature that contributed most so far, and how much.
    var best = [(feature: Int32, share: Float)](repeating: (0, 0), count: vectors.count)
    var touched: [TitleNumber] = []
    for (feature, weight) in vectors[Int(title)] {
      for posting in postings[feature] where posting.title != title {
        let other = Int(posting.title)
        if scores[other] == 0 { touched.append(posting.title) }
        let share = weight * posting.weight
        scores[other] += share
        if share > best[other].share { best[other] = (Int32(feature), share) }
      }
    }
    func rank(_ number: TitleNumber) -> Float {
      scores[Int(number)] * (isPlayable[Int(number)] ? Self.playableAdvantage : 1)
    }
    // A common genre touches thousands: keeping the best in order is cheaper than sorting all.
    var first: [(title: TitleNumber, rank: Float)] = []
    for number in touched {
      let rank = rank(number)
      if first.count == limit, let last = first.last, (rank, last.title) <= (last.rank, number) { continue }
      guard isAdmitted(number) else { continue }
      if first.count == limit { first.removeLast() }
      let place = first.firstIndex { (rank, $0.title) > ($0.rank, number) } ?? first.count
      first.insert((number, rank), at: place)
    }
    return first.map { title, _ in
      Neighbour(title: title, score: scores[Int(title)], shared: features[Int(best[Int(title)].feature)])
    }
  }
}
