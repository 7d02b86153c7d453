/// By the model that serves; by likeness while there is none.
struct ModelRanker: ProfileRanker {
  let keeper: ModelKeeper

  func ranking(for viewer: Viewer, on shelf: Shelf) -> ProfileRanking {
    guard let serving = keeper.serving else { return SimilarityRanker().ranking(for: viewer, on: shelf) }
    return serving.ranking(for: viewer, on: shelf)
  }
}

extension ServingModel {
  /// Of what one title alone speaks for.
  private static let neighboursMaximum = 60

  func ranking(for viewer: Viewer, on shelf: Shelf) -> ProfileRanking {
    let history = viewer.history
    let known = known(history)
    return ProfileRanking(
      modelVersion: name, scores: scores(of: viewer.profile, history, on: shelf),
      anchors: history.map(\.title),
      neighbours: { anchor in
        let learnt = self.similar(to: anchor, count: Self.neighboursMaximum) {
          shelf.facts.indices.contains(Int($0)) && shelf.facts[Int($0)] != nil
        }
        // A title that few have liked speaks by what it is.
        guard !learnt.isEmpty else { return shelf.similarity.nearest(to: anchor) }
        return learnt.map { ProfileRanking.Scored(title: $0.title, score: $0.score) }
      },
      reason: { self.reason(for: $0, in: known) })
  }
}
