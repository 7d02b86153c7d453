import Contract
import RecommendationsAPI
import RecommenderKit

/// What pages come by where no model serves, as training judges it beside the model.
enum ModelRivals {
  /// `titles` are the model's, by index; those the shelf does not know yet are alike to nothing.
  static func all(of titles: [String], on shelf: Shelf) -> [Rival] {
    [similarity(of: titles, on: shelf), .popularity(named: RankerKind.popularity.rawValue)]
  }

  /// As ``SimilarityRanker`` scores, but for popularity: what held-out profiles began is left out of that.
  private static func similarity(of titles: [String], on shelf: Shelf) -> Rival {
    let similarity = shelf.similarity
    let numbers = titles.map { TitleID($0).flatMap(shelf.number) ?? 0 }
    let count = shelf.facts.count
    return Rival(RankerKind.similarity.rawValue) { history, popularity in
      var byNumber = [Float](repeating: 0, count: count)
      for (index, number) in numbers.enumerated() where number > 0 { byNumber[Int(number)] = popularity[index] }
      let known = history.map { (title: numbers[Int($0.title)], weight: $0.weight) }.filter { $0.title > 0 }
      let scores = SimilarityRanker.scores(of: known, popularity: byNumber, by: similarity)
      return numbers.indices.map { numbers[$0] > 0 ? scores[Int(numbers[$0])] : 0 }
    }
  }
}

extension ModelVersion.Rival {
  /// The best rival; nil where none was judged.
  init?(_ report: HeldOutReport?) {
    guard let report, let lead = report.best.lead, let best = report.rivals.first,
      let ranker = RankerKind(rawValue: best.name)
    else { return nil }
    self.init(
      ranker: ranker, ndcgAt100: best.ndcgAt100, lead: lead.mean, leadStandardError: lead.standardError)
  }
}
