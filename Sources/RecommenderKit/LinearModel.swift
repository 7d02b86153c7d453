/// Titles predicted from titles by a linear map: EASE (Steck 2019) with the denoising ridge of EDLAE (Steck 2020),
/// profiles weighted, and only the greatest weights kept.
///
/// With G = Σ rᵤ x xᵀ, A = G + λI + p/(1−p)·diag G and P = A⁻¹, the weight from i to j is −Pᵢⱼ / Pⱼⱼ, and 0 from a
/// title to itself.
package enum LinearModel {
  /// λ is chosen on held-out profiles, and whether factors help; then the model is trained on all. Takes one thread;
  /// 0.9 CPU seconds a trial of λ for 4,000 titles, 14 for 10,000.
  ///
  /// `rivals` are judged on the same held-out profiles, for the report alone: nothing else depends on them.
  /// `isCancelled` is asked between steps, the longest of which is one inversion.
  package static func train(
    _ interactions: Interactions, _ options: TrainingOptions = TrainingOptions(), against rivals: [Rival] = [],
    isCancelled: () -> Bool = { false }
  ) throws(TrainingError) -> TrainedModel {
    let titles = DenseTitles(interactions, maximum: options.titlesMaximum)
    let heldOut = HeldOutProfiles(interactions, options, against: rivals)
    var scan = RidgeScan(options)
    while let heldOut, let ridge = scan.next {
      let weights = try fit(interactions, titles, options, ridge: ridge, without: heldOut.isHeldOut, isCancelled)
      let model = TrainedModel(
        weights: weights, interactions, options, ridge: ridge, without: heldOut.isHeldOut)
      scan.note(model, heldOut.judge(model))
    }
    var report = scan.report
    report?.rivals = heldOut?.rivals ?? []
    let blend = try heldOut.flatMap { heldOut throws(TrainingError) in
      try BlendTrials.best(with: scan.bestModel, interactions, options, heldOut, &report, isCancelled)
    }
    if isCancelled() { throw .cancelled }
    let weights = try fit(interactions, titles, options, ridge: scan.best, without: nil, isCancelled)
    var model = TrainedModel(weights: weights, interactions, options, ridge: scan.best, without: nil)
    if let blend {
      let factors = try TitleFactors.train(
        interactions, options, regularization: blend.regularization, without: nil, isCancelled)
      model.blend = TrainedModel.Blend(factors: factors, share: blend.blendShare)
    }
    model.heldOut = report
    return model
  }

  private static func fit(
    _ interactions: Interactions, _ titles: DenseTitles, _ options: TrainingOptions, ridge: Float,
    without isLeftOut: [Bool]?, _ isCancelled: () -> Bool
  ) throws(TrainingError) -> SparseWeights {
    var matrix = try GramMatrix(
      interactions, of: titles, profileExponent: options.profileExponent, without: isLeftOut, isCancelled: isCancelled)
    if isCancelled() { throw .cancelled }
    try matrix.invert(ridge: ridge, dropout: options.dropout)
    if isCancelled() { throw .cancelled }
    return greatestWeights(of: matrix, titles, count: options.weightsPerTitle, titleCount: interactions.titleCount)
  }

  /// For each title those that say most of it, either way.
  private static func greatestWeights(
    of inverse: GramMatrix, _ titles: DenseTitles, count: Int, titleCount: Int
  ) -> SparseWeights {
    var rows = [[(target: Int32, value: Float)]](repeating: [], count: titleCount)
    inverse.forEachRow { target, row in
      var best = BestTitles(count)
      for source in row.indices where source != target {
        let size = abs(row[source])
        if size > best.threshold, size > 0 { best.offer(Int32(source), size) }
      }
      let scale = -1 / row[target]
      for (source, _) in best.ranked() {
        rows[Int(titles.titles[Int(source)])].append((titles.titles[target], row[Int(source)] * scale))
      }
    }
    return SparseWeights(rows: rows)
  }
}
