import Contract
import EncodingAPI
import StorageKit

/// From what is known of the film to its ladder: fixed, or its own by samples.
extension JobFlow {
  /// A conformed copy: the task that made it, and how many pictures it has.
  typealias Conformed = (task: EncodingTaskID, frames: Int)

  /// Plans, or samples first.
  func prepare(
    _ job: JobRecord, _ facts: SourceFacts, conformed: Conformed?, at now: Timestamp, in db: SQLSession
  ) throws {
    let parameters = parameters.with(job.options)
    let seconds = facts.frameRate.seconds(ofFrames: conformed?.frames ?? facts.frameCount)
    guard parameters.ladder == .perTitle else {
      let reason = job.options.ladder == .fixed ? "The job asks for it." : "It is this service's setting."
      return try plan(job, facts, conformed, nil, LadderReport(kind: .fixed, reason: reason), at: now, in: db)
    }
    guard job.options.ladder == .perTitle || seconds >= parameters.sampleMinimumSeconds else {
      let reason = "The film is shorter than the \(Int(parameters.sampleMinimumSeconds)) s from which sampling pays."
      return try plan(job, facts, conformed, nil, LadderReport(kind: .fixed, reason: reason), at: now, in: db)
    }
    let samples = samples(job, facts, conformed, parameters)
    for (ordinal, window) in samples.windows.enumerated() {
      var work = TaskWork(kind: .sample, ordinal: ordinal, source: job.file, plan: samples.film)
      work.firstFrame = window.first
      work.frameCount = window.count
      try add(
        work, to: job.id, position: Self.firstSamplePosition + ordinal, needs: conformed.map { [$0.task] } ?? [],
        sourcePixels: facts.width * facts.height, at: now, in: db)
    }
  }

  /// Plans once the last sample is there.
  func sampled(_ job: JobRecord, at now: Timestamp, in db: SQLSession) throws {
    guard try !tasks.hasUnfinished(.sample, of: job.id, in: db),
      let facts = try tasks.finished(.probe, of: job.id, in: db)?.output.facts
    else { return }
    let conformed = try tasks.finished(.conform, of: job.id, in: db).flatMap { task -> Conformed? in
      task.output.frameCount.map { (task.id, $0) }
    }
    let parameters = parameters.with(job.options)
    let samples = samples(job, facts, conformed, parameters)
    let curve = QualityCurve(windows: try tasks.outputs(.sample, of: job.id, in: db).map { $0.curve ?? [] })
    let ladder = PerTitleLadder(
      curve: curve, fixed: JobPlan.fixedLadder(facts, parameters), targetQuality: parameters.targetQuality)
    let choices = ladder.choices()
    var report = LadderReport(
      kind: choices == nil ? .fixed : .perTitle,
      reason: choices == nil
        ? "The samples run into the fixed ladder's caps, so it could not be bettered with certainty."
        : "Chosen by \(samples.windows.count) samples of \(Int(samples.sampledSeconds.rounded())) s in all.")
    report.measure = curve.measure
    report.sampledSeconds = samples.sampledSeconds
    report.curve = curve.points
    report.fixed = ladder.fixedPrediction
    try plan(job, facts, conformed, choices, report, at: now, in: db)
  }

  private func samples(
    _ job: JobRecord, _ facts: SourceFacts, _ conformed: Conformed?, _ parameters: JobPlan.Parameters
  ) -> SamplePlan {
    let plan = JobPlan(
      source: job.file, facts: facts, conformedFrames: conformed?.frames, asset: job.assetId, parameters: parameters)
    return SamplePlan(plan.film, fixed: JobPlan.fixedLadder(facts, parameters))
  }

  private func plan(
    _ job: JobRecord, _ facts: SourceFacts, _ conformed: Conformed?, _ choices: [PerTitleLadder.Choice]?,
    _ report: LadderReport, at now: Timestamp, in db: SQLSession
  ) throws {
    try jobs.setLadder(report, of: job.id, in: db)
    try plan(job, facts, conformed: conformed, ladder: choices?.map(\.rung), at: now, in: db)
    try renditions.setReasons(of: job.id, in: db) { rendition in
      if let choice = choices?.first(where: { $0.rung.name == rendition.name }) { return choice.why }
      guard rendition.codec == .h264 else {
        return RenditionWhy(
          reason: "The size of H.264's \(rendition.name.drop { $0 != "-" }.dropFirst()), at about its quality in "
            + "\(rendition.codec).")
      }
      return RenditionWhy(
        reason: "Fixed ladder: \(report.reason)", comparedTo: nil)
    }
  }
}
