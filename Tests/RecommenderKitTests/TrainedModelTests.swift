import Contract
import Testing

@testable import RecommenderKit

@Suite struct TrainedModelTests {
  /// Titles 0 and 1 speak for 2, title 1 against 3; title 3 is the most popular.
  private let model = TrainedModel(
    weights: SparseWeights(rows: [[(2, 0.5)], [(2, 0.1), (3, -0.2)], [], []]), popularity: [0.2, 0.1, 0, 1],
    profilesOfTitle: [2, 1, 0, 10], ridge: 1, priorShare: 0.05, priorEvents: 5, blend: nil, heldOut: nil)

  private func isClose(_ left: [Float], _ right: [Float]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test("A score is the sum of what the history says, and of popularity")
  func scores() {
    #expect(isClose(model.scores(of: [(0, 1), (1, 0.4)]), [0.01, 0.005, 0.54, -0.03]))
    #expect(isClose(model.scores(of: []), [0.01, 0.005, 0, 0.05]))
  }

  @Test("Popularity says less to whom more is known of")
  func prior() {
    let ten = (0..<10).map { _ in (title: Int32(2), weight: Float(1)) }
    #expect(isClose(model.scores(of: ten), [0.005, 0.0025, 0, 0.025]))
  }

  @Test("A score brought up to date by one title equals the one worked out anew")
  func contribution() {
    var kept = model.contributions(of: [(0, 1)])
    model.addContribution(of: 1, weight: 0.4, into: &kept)
    #expect(isClose(model.scores(of: [(0, 1), (1, 0.4)], from: kept), model.scores(of: [(0, 1), (1, 0.4)])))
    model.addContribution(of: 1, weight: 0.6, into: &kept)
    #expect(isClose(model.scores(of: [(0, 1), (1, 1)], from: kept), model.scores(of: [(0, 1), (1, 1)])))
  }

  @Test("Titles the model does not know, and weights of nothing, change no score", arguments: [-1, 4, 1_000_000])
  func unknown(title: Int32) {
    #expect(isClose(model.scores(of: [(title, 0), (0, 1), (1, .nan)]), model.scores(of: [(0, 1)])))
    var contributions = model.contributions(of: [(0, 1)])
    model.addContribution(of: title, weight: 1, into: &contributions)
    #expect(isClose(contributions, model.contributions(of: [(0, 1)])))
    #expect(model.reason(for: title, in: [(0, 1)]) == nil)
  }

  @Test("The best titles are the greatest scores that the mask leaves, the lower index first among equals")
  func topTitles() {
    let scores: [Float] = [1, 3, 2, 3, .nan, -1]
    let mask = TitleMask(titleCount: 6, masking: [2])
    #expect(model.topTitles(scores, count: 3, mask: mask).map(\.title) == [1, 3, 0])
    #expect(model.topTitles(scores, count: 9, mask: mask).map(\.title) == [1, 3, 0, 5])
    #expect(model.topTitles(scores, count: 0, mask: mask).isEmpty)
  }

  @Test("The best of many are those that sorting finds")
  func topOfMany() {
    var random = SeededRandom(seed: 3)
    let scores = (0..<2000).map { _ in Float(Int.random(in: 0..<500, using: &random)) }
    let sorted = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    let best = model.topTitles(scores, count: 100, mask: TitleMask(titleCount: 2000))
    #expect(best.map { Int($0.title) } == Array(sorted.prefix(100)))
  }

  @Test("The reason is the title that says most, with its share")
  func reason() throws {
    let reason = try #require(model.reason(for: 2, in: [(0, 0.4), (1, 1)]))
    #expect(reason.anchor == 0)
    #expect(abs(reason.share - 0.2 / 0.3) < 1e-6)
  }

  @Test("Where nothing speaks for a title, or nothing enough, there is no reason")
  func noReason() {
    #expect(model.reason(for: 3, in: [(0, 1), (1, 1)]) == nil)
    #expect(model.reason(for: 2, in: [(2, 1)]) == nil)
    let even = TrainedModel(
      weights: SparseWeights(rows: (0..<8).map { $0 < 7 ? [(7, 1)] : [] }), popularity: .init(repeating: 0, count: 8),
      profilesOfTitle: .init(repeating: 0, count: 8), ridge: 1, priorShare: 0, priorEvents: 5, blend: nil, heldOut: nil)
    #expect(even.reason(for: 7, in: (0..<7).map { (Int32($0), 1) }) == nil)
    #expect(even.reason(for: 7, in: (0..<6).map { (Int32($0), 1) })?.anchor == 0)
  }

  @Test("Similar titles are those a title speaks for")
  func similar() {
    let mask = TitleMask(titleCount: 4)
    #expect(model.similar(to: 1, count: 5, mask: mask).map(\.title) == [2])
    #expect(model.similar(to: 0, count: 5, mask: TitleMask(titleCount: 4, masking: [2])).isEmpty)
    #expect(model.similar(to: 9, count: 5, mask: mask).isEmpty)
  }

  @Test("A mask holds what was put in, and grows")
  func mask() {
    var mask = TitleMask(titleCount: 3)
    for title: Int32 in [0, 63, 64, 200, -4] { mask.insert(title) }
    mask.remove(63)
    mask.remove(10_000)
    #expect([0, 64, 200].allSatisfy { mask.contains($0) })
    #expect([-4, 1, 63, 201, 10_000].allSatisfy { !mask.contains($0) })
    var other = TitleMask(titleCount: 1, masking: [5])
    other.formUnion(mask)
    #expect(other.contains(5) && other.contains(200) && !other.contains(6))
  }
}
