/// Whatever can score all titles for a history.
package protocol Recommender: Sendable {
  func scores(of history: [(title: Int32, weight: Float)]) -> [Float]
}

extension TrainedModel: Recommender {}

/// The most popular for everybody.
package struct PopularityModel: Recommender {
  private let popularity: [Float]

  package init(_ interactions: Interactions) {
    popularity = interactions.popularity().weights
  }

  package func scores(of history: [(title: Int32, weight: Float)]) -> [Float] { popularity }
}

/// Item-kNN: titles like those of the history, by the cosine of who liked them, the nearest k of each title.
package struct NeighbourModel: Recommender {
  private let weights: SparseWeights

  package init(_ interactions: Interactions, neighbours: Int = 100, titlesMaximum: Int = 20_000) {
    let titles = DenseTitles(interactions, maximum: titlesMaximum)
    let together = GramMatrix.alike(interactions, of: titles)
    let lengths = together.diagonal.map { $0.squareRoot() }
    var rows = [[(target: Int32, value: Float)]](repeating: [], count: interactions.titleCount)
    together.forEachRow { target, row in
      var best = BestTitles(neighbours)
      for source in row.indices where source != target && row[source] > 0 {
        let cosine = row[source] / (lengths[source] * lengths[target])
        if cosine > best.threshold { best.offer(Int32(source), cosine) }
      }
      for (source, cosine) in best.ranked() {
        rows[Int(titles.titles[Int(source)])].append((titles.titles[target], cosine))
      }
    }
    weights = SparseWeights(rows: rows)
  }

  package func scores(of history: [(title: Int32, weight: Float)]) -> [Float] {
    var scores = [Float](repeating: 0, count: weights.titleCount)
    scores.withUnsafeMutableBufferPointer { scores in
      for (title, weight) in history { weights.add(title, times: weight, into: scores) }
    }
    return scores
  }
}
