import RecommenderKit

/// The sum of what each title of a profile's history says for all titles, and which titles are in it.
struct TasteVector: Sendable {
  /// Of a history of usual length, beside the scores.
  static let overheadBytes = 4096
  /// Rounding of sums that go up and down; after so many changes it is made anew.
  private static let changesMaximum = 1000

  /// Without popularity, by index in the model.
  private(set) var scores: [Float]
  private var contributions: [Int32: Float] = [:]
  private var changes = 0

  init(titleCount: Int) {
    scores = [Float](repeating: 0, count: titleCount)
  }

  /// Adds and takes away what differs; says whether anything did.
  mutating func follow(_ history: [(title: Int32, weight: Float)], in model: TrainedModel) -> Bool {
    let wanted = Dictionary(history, uniquingKeysWith: { first, _ in first })
    if wanted == contributions { return false }
    if changes > Self.changesMaximum || wanted.isEmpty { self = TasteVector(titleCount: model.titleCount) }
    // In one order, so that the same history gives the same sums.
    for (title, weight) in contributions.sorted(by: { $0.key < $1.key }) where wanted[title] == nil {
      add(title, -weight, in: model)
    }
    for (title, weight) in wanted.sorted(by: { $0.key < $1.key }) where contributions[title] != weight {
      add(title, weight - (contributions[title] ?? 0), in: model)
    }
    contributions = wanted
    return true
  }

  private mutating func add(_ title: Int32, _ weight: Float, in model: TrainedModel) {
    model.addContribution(of: title, weight: weight, into: &scores)
    changes += 1
  }
}
