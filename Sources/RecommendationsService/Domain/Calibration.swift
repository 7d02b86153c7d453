import Contract
import Foundation

/// Re-ranks the best titles so that their genres are as many sided as the profile's taste is.
///
/// Greedy, after Steck, "Calibrated Recommendations" (RecSys 2018): each place goes to the title with the most of
/// (1 − λ)·score − λ·KL(p ‖ q), p being the genres of the history and q those of the list so far.
struct Calibration {
  /// So many of the best are looked at.
  static let depth = 100
  /// How much of p is mixed into q, so that a genre that is missing yet costs much and not infinitely much.
  private static let smoothing = 0.01

  /// λ, from 0 (by score alone) to 1.
  let share: Double
  let shelf: Shelf
  /// By index into the shelf's genres; sums to 1. Nil where the history has no genre.
  private let target: [Double]?

  init(share: Double, history: [(title: TitleNumber, weight: Float)], shelf: Shelf) {
    self.share = share
    self.shelf = shelf
    let weights = shelf.genreWeights(of: history)
    let sum = weights.reduce(0, +)
    target = sum > 0 ? weights.map { $0 / sum } : nil
  }

  /// The first `count` of `ranked` anew, best first; the others follow as they were.
  func rerank(_ ranked: [TitleNumber], scores: [Float], count: Int) -> [TitleNumber] {
    guard share > 0, let target, ranked.count > 1 else { return ranked }
    var pool = Array(ranked.prefix(Self.depth))
    let best = Double(max(pool.map { scores[Int($0)] }.max() ?? 1, .leastNormalMagnitude))
    let wanted = target.indices.filter { target[$0] > 0 }
    var shown = [Double](repeating: 0, count: target.count)
    var chosen: [TitleNumber] = []
    while chosen.count < count, !pool.isEmpty {
      let length = Double(chosen.count + 1)
      var first = 0
      var most = -Double.infinity
      for (index, title) in pool.enumerated() {
        let genres = shelf.genresOfTitle[Int(title)]
        var mismatch = 0.0
        for genre in wanted {
          let own = genres.contains(genre) ? 1 / Double(genres.count) : 0
          mismatch += Self.divergence(target[genre], (shown[genre] + own) / length)
        }
        let value = (1 - share) * Double(scores[Int(title)]) / best - share * mismatch
        if value > most { (first, most) = (index, value) }
      }
      let title = pool.remove(at: first)
      let genres = shelf.genresOfTitle[Int(title)]
      for genre in genres { shown[genre] += 1 / Double(genres.count) }
      chosen.append(title)
    }
    return chosen + pool + ranked.dropFirst(Self.depth)
  }

  /// How far the genres of a list are from the profile's: KL(p ‖ q), 0 where they agree.
  func mismatch(of list: [TitleNumber]) -> Double {
    guard let target, !list.isEmpty else { return 0 }
    var shown = [Double](repeating: 0, count: target.count)
    for title in list {
      let genres = shelf.genresOfTitle[Int(title)]
      for genre in genres { shown[genre] += 1 / Double(genres.count) / Double(list.count) }
    }
    return target.indices.filter { target[$0] > 0 }.reduce(0) { $0 + Self.divergence(target[$1], shown[$1]) }
  }

  /// One genre's part of KL(p ‖ q).
  private static func divergence(_ wanted: Double, _ shown: Double) -> Double {
    wanted * log(wanted / ((1 - smoothing) * shown + smoothing * wanted))
  }
}
