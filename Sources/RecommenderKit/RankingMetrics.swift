import Foundation

/// How good an order of titles is, given those that turned out relevant; as in Liang et al. 2018, so that figures
/// can be held against published ones.
package enum RankingMetrics {
  /// Share of the relevant among the first `cutoff`; 1 where all of those are relevant.
  package static func recall(at cutoff: Int, of ranked: [Int32], relevant: Set<Int32>) -> Double {
    let possible = min(cutoff, relevant.count)
    guard possible > 0 else { return 0 }
    return Double(ranked.prefix(cutoff).count { relevant.contains($0) }) / Double(possible)
  }

  /// Discounted gain of the first `cutoff`, over that of the best order there is.
  package static func ndcg(at cutoff: Int, of ranked: [Int32], relevant: Set<Int32>) -> Double {
    let possible = min(cutoff, relevant.count)
    guard possible > 0 else { return 0 }
    var gain = 0.0
    for (place, title) in ranked.prefix(cutoff).enumerated() where relevant.contains(title) {
      gain += 1 / log2(Double(place) + 2)
    }
    return gain / (0..<possible).reduce(0) { $0 + 1 / log2(Double($1) + 2) }
  }
}
