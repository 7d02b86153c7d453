import Contract
import EncodingAPI
import EventKit
import StorageKit

/// What follows from what: the life of a job from its creation to its end. Each step is one transaction of the caller.
struct JobFlow: Sendable {
  let jobs: JobStore
  let tasks: TaskStore
  let outbox: Outbox
  let parameters: JobPlan.Parameters
  let retries: RetryPolicy
  let leaseSeconds: Double
  /// 0 to 1, for the backoff.
  let jitter: @Sendable () -> Double
  var renditions = RenditionStore()
  var gate = QualityGate()
  /// How long the files behind a check that was not passed are kept.
  var evidenceSeconds: Double = 7 * 86_400

  /// Sweeping waits until encoders told to stop have stopped.
  static let sweepDelayFactor = 2.0
  private static let sweepPosition = 1_000_000
  static let firstSamplePosition = 2
  private static let firstPlannedPosition = firstSamplePosition + SamplePlan.mostWindows

  // MARK: - Beginning and ending a job

  func create(_ request: JobRequest, id: JobID, at now: Timestamp, in db: SQLSession) throws {
    try jobs.insert(request, id: id, asset: AssetID(at: now), at: now, in: db)
    try add(
      TaskWork(kind: .probe, source: request.file), to: id, position: 0, weight: JobPlan.probeWeight, at: now, in: db)
    try tasks.unblock(id, in: db)
  }

  /// Throws ``EncodingError/jobEnded(_:)`` where there is nothing left to stop.
  func cancel(_ job: JobRecord, at now: Timestamp, in db: SQLSession) throws {
    guard try end(job, as: .cancelled, reason: nil, at: now, in: db) else { throw EncodingError.jobEnded(job.state) }
    try withdraw(job, in: db)
  }

  func fail(
    _ job: JobRecord, reason: String, keeping outputs: [String] = [], at now: Timestamp, in db: SQLSession
  ) throws {
    guard try end(job, as: .failed, reason: reason, keeping: outputs, at: now, in: db) else { return }
    try withdraw(job, in: db)
    try outbox.append(
      JobFailed(jobId: job.id, titleId: job.titleId, reason: reason), subject: job.titleId.description, in: db)
  }

  /// What was published of a film before it was complete is taken back.
  private func withdraw(_ job: JobRecord, in db: SQLSession) throws {
    guard job.playableAt != nil else { return }
    try outbox.append(
      AssetWithdrawn(assetId: job.assetId, titleId: job.titleId, jobId: job.id), subject: job.titleId.description,
      in: db)
  }

  private func end(
    _ job: JobRecord, as state: JobState, reason: String?, keeping outputs: [String] = [], at now: Timestamp,
    in db: SQLSession
  ) throws -> Bool {
    guard try jobs.end(job.id, as: state, reason: reason, at: now, in: db) else { return false }
    try tasks.cancelUnfinished(job.id, at: now, in: db)
    let delay = state == .succeeded ? 0 : leaseSeconds * Self.sweepDelayFactor
    var sweep = TaskWork(kind: .sweep, source: job.file)
    sweep.keeps = outputs.isEmpty ? nil : outputs
    try add(
      sweep, to: job.id, position: Self.sweepPosition, weight: JobPlan.sweepWeight, at: now.adding(seconds: delay),
      in: db)
    if !outputs.isEmpty {
      try add(
        TaskWork(kind: .sweep, ordinal: 1, source: job.file), to: job.id, position: Self.sweepPosition + 1,
        weight: JobPlan.sweepWeight, at: now.adding(seconds: evidenceSeconds), in: db)
    }
    try tasks.unblock(job.id, in: db)
    return true
  }

  // MARK: - Leases

  func lease(encoder: String, at now: Timestamp, in db: SQLSession) throws -> TaskLease? {
    for (token, task) in try tasks.lost(by: encoder, at: now, in: db) {
      try tasks.endLease(token, outcome: "expired", at: now, in: db)
      try retryOrFail(task, reason: "The encoder was not heard of in time.", at: now, in: db)
    }
    guard let lease = try tasks.lease(encoder: encoder, at: now, seconds: leaseSeconds, in: db) else { return nil }
    try jobs.begin(lease.job, in: db)
    return lease
  }

  /// The task cannot be done as long as another service does not give what it needs: no attempt of it.
  func postpone(_ lease: TaskLease, reason: String, at now: Timestamp, in db: SQLSession) throws {
    try tasks.endLease(lease.token, outcome: TaskReport.Outcome.released.rawValue, at: now, in: db)
    let wait = retries.firstWaitSeconds * (0.5 + 0.5 * jitter())
    try tasks.postpone(lease.task, reason: reason, notBefore: now.adding(seconds: wait), in: db)
  }

  func keep(
    _ task: EncodingTaskID, token: Int, progress: Double, at now: Timestamp, in db: SQLSession
  ) throws {
    guard try tasks.leased(task, token: token, in: db) != nil else { throw EncodingError.leaseLost }
    try tasks.keep(task, token: token, progress: progress, until: now.adding(seconds: leaseSeconds), in: db)
  }

  /// Throws ``EncodingError/leaseLost`` for any token but the present one.
  func report(_ id: EncodingTaskID, _ report: TaskReport, at now: Timestamp, in db: SQLSession) throws {
    guard let task = try tasks.leased(id, token: report.token, in: db) else {
      if report.outcome == .succeeded, try tasks.hasSucceeded(id, token: report.token, in: db) { return }
      throw EncodingError.leaseLost
    }
    try tasks.endLease(report.token, outcome: report.outcome.rawValue, at: now, in: db)
    switch report.outcome {
    case .succeeded:
      let output = report.output ?? TaskOutput()
      try tasks.succeed(id, output: output, in: db)
      try follow(task, output, at: now, in: db)
    case .retryableFailure where report.damaged?.isEmpty == false:
      try redo(report.damaged ?? [], foundBy: task, at: now, in: db)
    case .retryableFailure:
      try retryOrFail(task, reason: report.reason ?? "The encoder gave no reason.", at: now, in: db)
    case .permanentFailure:
      try giveUp(task, reason: report.reason ?? "The encoder gave no reason.", at: now, in: db)
    case .released:
      try tasks.release(id, in: db)
    }
  }

  private func retryOrFail(_ task: TaskRecord, reason: String, at now: Timestamp, in db: SQLSession) throws {
    guard let wait = retries.wait(after: task.attempts, jitter: jitter()) else {
      return try giveUp(task, reason: "\(reason) (after \(task.attempts) attempts)", at: now, in: db)
    }
    try tasks.retry(task.id, reason: reason, notBefore: now.adding(seconds: wait), in: db)
  }

  /// Outputs that were changed or lost behind our back are made again, and whoever found them waits for that. It is no
  /// failed attempt of the finder; those who make them again have as many attempts as ever.
  private func redo(
    _ damaged: [TaskInput], foundBy finder: TaskRecord, at now: Timestamp, in db: SQLSession
  ) throws {
    for input in damaged {
      guard let maker = try tasks.finished(input.kind, input.ordinal, of: finder.job, in: db) else { continue }
      let reason = "Its output was found damaged by \(finder.kind.rawValue)."
      try tasks.redo(maker.id, reason: reason, in: db)
      guard maker.attempts < retries.maximumAttempts else {
        return try giveUp(maker, reason: "\(reason) (after \(maker.attempts) attempts)", at: now, in: db)
      }
    }
    try tasks.block(finder.id, in: db)
    try tasks.unblock(finder.job, in: db)
  }

  private func giveUp(_ task: TaskRecord, reason: String, at now: Timestamp, in db: SQLSession) throws {
    try tasks.fail(task.id, reason: reason, in: db)
    // A sweep that fails leaves files behind, not a job undone: the job has ended already, and stays as it did.
    // And a film that cannot be watched early can be watched later.
    guard task.kind != .sweep, task.kind != .preview, let job = try jobs.record(task.job, in: db) else { return }
    try fail(job, reason: reason, at: now, in: db)
  }

  // MARK: - What follows

  private func follow(_ task: TaskRecord, _ output: TaskOutput, at now: Timestamp, in db: SQLSession) throws {
    guard let job = try jobs.record(task.job, in: db), !job.state.isFinal else { return }
    switch task.kind {
    case .probe:
      guard let facts = output.facts else {
        return try fail(job, reason: "The encoder reported no facts.", at: now, in: db)
      }
      try facts.conformReason == nil
        ? prepare(job, facts, conformed: nil, at: now, in: db) : conform(job, facts, at: now, in: db)
    case .conform:
      guard let frames = output.frameCount, frames > 0,
        let facts = try tasks.finished(.probe, of: job.id, in: db)?.output.facts
      else { return try fail(job, reason: "The encoder conformed nothing.", at: now, in: db) }
      try prepare(job, facts, conformed: (task.id, frames), at: now, in: db)
    case .sample:
      try sampled(job, at: now, in: db)
    case .package:
      guard let film = task.work.plan else { break }
      try renditions.set(JobPlan.renditions(of: film, bytes: output.renditionBytes), of: job.id, in: db)
    case .quality:
      try judge(job, task, output, at: now, in: db)
    case .check:
      try pass(output.checks ?? [], of: job, evidence: [output.folder].compactMap { $0 }, at: now, in: db)
    case .encrypt:
      try pass(output.checks ?? [], of: job, evidence: [], at: now, in: db)
    case .preview:
      try publishBeginning(of: job, in: db, at: now)
    case .publish:
      return try publish(job, in: db, at: now)
    case .encode, .audio, .survey, .join, .sweep:
      break
    }
    try tasks.unblock(job.id, in: db)
    try tasks.cancelSupersededPreviews(job.id, in: db)
  }

  private func conform(_ job: JobRecord, _ facts: SourceFacts, at now: Timestamp, in db: SQLSession) throws {
    var work = TaskWork(kind: .conform, source: job.file)
    work.conformTo = facts.frameRate
    work.deinterlaces = facts.isInterlaced
    work.frameCount = facts.frameCount
    try add(
      work, to: job.id, position: 1, weight: Double(facts.frameCount) * JobPlan.conformWeightPerFrame, at: now, in: db)
  }

  func plan(
    _ job: JobRecord, _ facts: SourceFacts, conformed: Conformed?, ladder: [Rung]?, at now: Timestamp,
    in db: SQLSession
  ) throws {
    let plan = JobPlan(
      source: job.file, facts: facts, conformedFrames: conformed?.frames, asset: job.assetId,
      parameters: parameters.with(job.options), ladder: ladder)
    try jobs.setDuration(plan.film.durationSeconds, of: job.id, in: db)
    try renditions.set(JobPlan.renditions(of: plan.film, bytes: nil), of: job.id, in: db)
    var ids: [EncodingTaskID] = []
    for (index, task) in plan.tasks.enumerated() {
      var needs = task.needs.map { ids[$0] }
      // These read the pictures, so they must be given the conformed ones.
      if let conformed, [.encode, .survey, .quality].contains(task.work.kind) { needs.append(conformed.task) }
      ids.append(
        try add(
          task.work, to: job.id, position: Self.firstPlannedPosition + index, needs: needs, weight: task.weight,
          at: now, in: db))
    }
  }

  private func publish(_ job: JobRecord, in db: SQLSession, at now: Timestamp) throws {
    guard try end(job, as: .succeeded, reason: nil, at: now, in: db) else { return }
    _ = try jobs.setPlayable(job.id, at: now, in: db)
    try tell(job, isComplete: true, in: db)
  }

  /// Told once; that it grows is for players to see in the playlists.
  private func publishBeginning(of job: JobRecord, in db: SQLSession, at now: Timestamp) throws {
    if try jobs.setPlayable(job.id, at: now, in: db) { try tell(job, isComplete: false, in: db) }
  }

  private func tell(_ job: JobRecord, isComplete: Bool, in db: SQLSession) throws {
    let best = try renditions.renditions(of: job.id, in: db).map(\.height).max() ?? 0
    try outbox.append(
      AssetPublished(
        assetId: job.assetId, titleId: job.titleId, jobId: job.id, durationSeconds: job.durationSeconds ?? 0,
        maxHeight: best, isComplete: isComplete),
      subject: job.titleId.description, in: db)
  }

  @discardableResult
  func add(
    _ work: TaskWork, to job: JobID, position: Int, needs: [EncodingTaskID] = [], weight: Double, at now: Timestamp,
    in db: SQLSession
  ) throws -> EncodingTaskID {
    let id = EncodingTaskID(at: now)
    try tasks.insert(
      work, id: id, job: job, position: position, needs: needs, weight: weight, notBefore: now, in: db)
    return id
  }
}
