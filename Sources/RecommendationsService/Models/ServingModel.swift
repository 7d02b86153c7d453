import CacheKit
import Contract
import RecommenderKit

/// A model as it serves: its titles by this service's numbers, and those it knows too little of leaning on their likes.
final class ServingModel: Sendable {
  /// A title of few profiles, and the well-known titles most like it.
  struct Leaning: Sendable, Hashable {
    let title: TitleNumber
    /// Indices in the model.
    let neighbours: [Int32]
    /// How much its own column counts: n / (20 + n) of n profiles.
    let ownShare: Float
  }

  /// Titles a new one leans on, and the profiles by which it stands on its own for a half.
  static let neighboursCount = 10
  static let ownProfiles: Float = 20

  let version: Int
  let model: TrainedModel
  /// By index in the model; 0 where the service has no such title any more.
  private let numbers: [TitleNumber]
  /// By title number; -1 where the model has never heard of it.
  private let indices: [Int32]
  private let leanings: [Leaning]
  /// For whose titles this was made.
  let similarity: SimilarityIndex
  private let titles: [TitleID?]
  private let vectors: BoundedCache<ProfileID, TasteVector>

  convenience init(version: Int, model: TrainedModel, titles: [String], on shelf: Shelf, vectorBytes: Int) {
    let limit = vectorBytes / max(1, model.titleCount * MemoryLayout<Float>.size + TasteVector.overheadBytes)
    self.init(
      version: version, model: model, titles: titles.map { TitleID($0) }, on: shelf,
      vectors: BoundedCache(limit: max(2, limit)))
  }

  private init(
    version: Int, model: TrainedModel, titles: [TitleID?], on shelf: Shelf,
    vectors: BoundedCache<ProfileID, TasteVector>
  ) {
    self.version = version
    self.model = model
    self.titles = titles
    self.vectors = vectors
    similarity = shelf.similarity
    numbers = titles.map { title in title.flatMap(shelf.number) ?? 0 }
    var indices = [Int32](repeating: -1, count: shelf.facts.count)
    for (index, number) in numbers.enumerated() where number > 0 { indices[Int(number)] = Int32(index) }
    self.indices = indices
    leanings = Self.leanings(model, indices, on: shelf)
  }

  /// The same model for what the catalogue has become.
  func following(_ shelf: Shelf) -> ServingModel {
    ServingModel(version: version, model: model, titles: titles, on: shelf, vectors: vectors)
  }

  var name: String { "model-\(version)" }
  /// How many profiles' vectors are at hand.
  var vectorCount: Int { vectors.count }

  /// The title's index in the model; nil for one it does not know.
  func index(of number: TitleNumber) -> Int32? {
    guard indices.indices.contains(Int(number)), indices[Int(number)] >= 0 else { return nil }
    return indices[Int(number)]
  }

  func number(ofIndex index: Int32) -> TitleNumber { numbers[Int(index)] }

  /// Whether enough profiles liked it for its column to say something.
  func isWellKnown(_ number: TitleNumber) -> Bool {
    index(of: number).map { Float(model.profilesOfTitle[Int($0)]) >= Self.ownProfiles } ?? false
  }

  /// The history as the model reads it.
  func known(_ history: [(title: TitleNumber, weight: Float)]) -> [(title: Int32, weight: Float)] {
    history.compactMap { title, weight in index(of: title).map { ($0, weight) } }
  }

  /// A score by title number for as many titles as the shelf has. The profile's vector is brought up to date by one
  /// sparse row for each title of the history that is not as it was.
  func scores(
    of profile: ProfileID, _ history: [(title: TitleNumber, weight: Float)], on shelf: Shelf
  ) -> [Float] {
    let known = known(history)
    var vector = vectors[profile] ?? TasteVector(titleCount: model.titleCount)
    if vector.follow(known, in: model) { vectors[profile] = vector }
    let ofModel = model.scores(of: known, from: vector.scores)
    var scores = [Float](repeating: 0, count: shelf.facts.count)
    for (index, number) in numbers.enumerated() where number > 0 && Int(number) < scores.count {
      scores[Int(number)] = ofModel[index]
    }
    // Of a profile nothing is known of, all scores are popularity: that is not borrowed from others.
    guard !known.isEmpty else { return scores }
    for leaning in leanings where Int(leaning.title) < scores.count {
      let mean = leaning.neighbours.reduce(Float(0)) { $0 + ofModel[Int($1)] } / Float(leaning.neighbours.count)
      let own = scores[Int(leaning.title)]
      scores[Int(leaning.title)] = leaning.ownShare * own + (1 - leaning.ownShare) * mean
    }
    return scores
  }

  /// The title of a history, as the model reads it, that says most for `title`, if its share is worth naming.
  func reason(for title: TitleNumber, in known: [(title: Int32, weight: Float)]) -> (anchor: TitleNumber, share: Float)?
  {
    guard let index = index(of: title), let reason = model.reason(for: index, in: known) else { return nil }
    return (number(ofIndex: reason.anchor), reason.share)
  }

  /// What goes best with a title among those that are admitted, best first; nothing for one that few profiles liked.
  func similar(
    to title: TitleNumber, count: Int, where isAdmitted: (TitleNumber) -> Bool
  ) -> [(title: TitleNumber, score: Float)] {
    guard isWellKnown(title), let index = index(of: title) else { return [] }
    var mask = TitleMask(titleCount: model.titleCount)
    for (other, _) in model.weights.row(of: index) where !(numbers[Int(other)] > 0 && isAdmitted(numbers[Int(other)])) {
      mask.insert(other)
    }
    return model.similar(to: index, count: count, mask: mask).map { (number(ofIndex: $0.title), $0.score) }
  }

  // MARK: - New titles

  private static func leanings(_ model: TrainedModel, _ indices: [Int32], on shelf: Shelf) -> [Leaning] {
    func profiles(of number: TitleNumber) -> Float {
      guard indices.indices.contains(Int(number)), indices[Int(number)] >= 0 else { return 0 }
      return Float(model.profilesOfTitle[Int(indices[Int(number)])])
    }
    return shelf.facts.indices.map(TitleNumber.init).compactMap { number in
      let own = profiles(of: number)
      guard shelf.facts[Int(number)] != nil, own < ownProfiles else { return nil }
      let neighbours = shelf.similarity.neighbours(of: number, limit: neighboursCount) {
        profiles(of: $0) >= ownProfiles
      }
      guard !neighbours.isEmpty else { return nil }
      return Leaning(
        title: number, neighbours: neighbours.map { indices[Int($0.title)] }, ownShare: own / (ownProfiles + own))
    }
  }
}
