/// Finds out on held-out profiles whether factors make the linear model better, and how.
enum BlendTrials {
  /// The trial to take, nil if none is better by enough; all are noted in the report.
  static func best(
    with linear: TrainedModel?, _ interactions: Interactions, _ options: TrainingOptions, _ heldOut: HeldOutProfiles,
    _ report: inout HeldOutReport?, _ isCancelled: () -> Bool
  ) throws(TrainingError) -> HeldOutReport.Trial? {
    guard options.isBlendTried, var model = linear, let alone = report?.best, options.factorDimension > 0
    else { return nil }
    for regularization in options.factorRegularizations {
      let factors = try TitleFactors.train(
        interactions, options, regularization: regularization, without: heldOut.isHeldOut, isCancelled)
      for share in options.blendShares where share > 0 {
        model.blend = TrainedModel.Blend(factors: factors, share: share)
        let trial = heldOut.judge(model)
        report?.trials.append(trial)
        if trial.ndcgAt100 > report?.best.ndcgAt100 ?? 0 { report?.best = trial }
      }
    }
    if let best = report?.best, best.ndcgAt100 >= alone.ndcgAt100 * (1 + options.blendGainMinimum), best != alone {
      return best
    }
    report?.best = alone
    return nil
  }
}
