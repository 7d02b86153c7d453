import Contract
import RecommendationsAPI

/// How pages are ordered: what an experiment varies.
struct PagePolicy: Sendable, Hashable {
  /// λ of ``Calibration``.
  var calibrationShare = 0.2
  var ranker = RankerKind.best
  /// One place of the page goes to a title drawn by chance.
  var explores = true
  /// Top picks are drafted in turns from these two, the policy's own and another's; nil where they are not.
  var rival: Rival?

  struct Rival: Sendable, Hashable {
    var ranker: RankerKind
    var calibrationShare: Double
  }
}

/// The rankers there are, by what an experiment calls them.
struct Rankers: Sendable {
  /// What pages are usually made by.
  let best: any ProfileRanker

  subscript(_ kind: RankerKind) -> any ProfileRanker {
    switch kind {
    case .best: best
    case .similarity: SimilarityRanker()
    case .popularity: PopularityRanker()
    }
  }
}
