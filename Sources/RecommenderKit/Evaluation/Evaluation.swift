/// How well recommenders do on the cases of a test, and what scores cost.
package struct Evaluation: Sendable {
  package static let metrics = ["Recall@20", "Recall@50", "NDCG@10", "NDCG@100"]
  /// Titles recommended to each profile.
  package static let titlesPerProfile = 100

  /// What one recommender reached.
  package struct Row: Sendable {
    package let name: String
    /// In the order of ``metrics``, then by case.
    package let values: [[Double]]
    /// Best first, by case.
    package let recommended: [[Int32]]
    /// CPU time of scores and the best 100, by case.
    package let microseconds: [Double]
    package let training: TrainingCost

    package var medianMicroseconds: Double {
      microseconds.isEmpty ? 0 : microseconds.sorted()[microseconds.count / 2]
    }

    package func interval(of metric: Int, resamples: Int = 1000) -> Interval {
      Interval(of: values[metric], resamples: resamples)
    }

    /// How much better than `other` on the same profiles.
    package func lead(over other: Row, in metric: Int, resamples: Int = 1000) -> Interval {
      Interval(of: zip(values[metric], other.values[metric]).map { $0 - $1 }, resamples: resamples)
    }

    /// Share of all titles that are among the first 20 of anybody.
    package func coverage(of titleCount: Int) -> Double {
      let shown = recommended.reduce(into: Set<Int32>()) { $0.formUnion($1.prefix(20)) }
      return titleCount > 0 ? Double(shown.count) / Double(titleCount) : 0
    }
  }

  package static func row(
    _ name: String, _ recommender: any Recommender, trainedAt cost: TrainingCost, on data: EvaluationData
  ) -> Row {
    var values = [[Double]](repeating: [], count: metrics.count)
    var recommended: [[Int32]] = []
    var microseconds: [Double] = []
    for test in data.cases {
      let before = CPUTime.ofThread()
      let best = bestTitles(recommender.scores(of: test.history), count: titlesPerProfile, mask: test.seen)
      microseconds.append((CPUTime.ofThread() - before) * 1e6)
      let ranked = best.map(\.title)
      recommended.append(ranked)
      values[0].append(RankingMetrics.recall(at: 20, of: ranked, relevant: test.relevant))
      values[1].append(RankingMetrics.recall(at: 50, of: ranked, relevant: test.relevant))
      values[2].append(RankingMetrics.ndcg(at: 10, of: ranked, relevant: test.relevant))
      values[3].append(RankingMetrics.ndcg(at: 100, of: ranked, relevant: test.relevant))
    }
    return Row(
      name: name, values: values, recommended: recommended, microseconds: microseconds, training: cost)
  }
}
