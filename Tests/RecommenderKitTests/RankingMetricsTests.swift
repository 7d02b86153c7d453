import Foundation
import Testing

@testable import RecommenderKit

@Suite struct RankingMetricsTests {
  @Test("Recall is the share found of what could be found")
  func recall() {
    #expect(RankingMetrics.recall(at: 2, of: [1, 2, 3], relevant: [2, 9]) == 0.5)
    #expect(RankingMetrics.recall(at: 2, of: [1, 2, 3], relevant: [1, 2, 3, 4]) == 1)
    #expect(RankingMetrics.recall(at: 20, of: [], relevant: [1]) == 0)
    #expect(RankingMetrics.recall(at: 20, of: [1], relevant: []) == 0)
  }

  @Test("Gain counts less further down, and 1 is the best order there is")
  func ndcg() {
    #expect(RankingMetrics.ndcg(at: 10, of: [4, 5, 6], relevant: [4, 5]) == 1)
    let second = 1 / log2(3.0)
    #expect(abs(RankingMetrics.ndcg(at: 10, of: [1, 4], relevant: [4]) - second) < 1e-12)
    #expect(abs(RankingMetrics.ndcg(at: 10, of: [1, 4], relevant: [4, 5]) - second / (1 + second)) < 1e-12)
    #expect(RankingMetrics.ndcg(at: 1, of: [1, 4], relevant: [4]) == 0)
  }
}
