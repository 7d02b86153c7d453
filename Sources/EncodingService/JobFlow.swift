import Contract
import EncodingAPI
import EventKit
import StorageKit

/// What follows from what: the life of a job from its creation to its end. Each step is one transaction of the caller.
struct JobFlow: Sendable {
  let jobs: JobStore
  let tasks: TaskStore
  var tracks = TrackStore()
  let outbox: Outbox
  let parameters: JobPlan.Parameters
  let retries: RetryPolicy
  let leases: TaskLeases
  /// What a failed job has made is kept for so long, to go on from and to look at.
  let failedKeptSeconds: Double
  let turns = TurnStore()
  let estimates = EstimateStore()
  /// 0 to 1, for the backoff.
  let jitter: @Sendable () -> Double
  var renditions = RenditionStore()
  var gate = QualityGate()
  /// How long the files behind a check that was not passed are kept.
  var evidenceSeconds: Double = 7 * 86_400

  /// Sweeping waits until encoders told to stop have stopped.
  static let sweepDelayFactor = 2.0
  var leaseSeconds: Double { leases.lengthSeconds }
  private static let sweepPosition = 1_000_000
  static let firstSamplePosition = 2
  private static let firstPlannedPosition = firstSamplePosition + SamplePlan.mostWindows

  // MARK: - Beginning and ending a job

  func create(_ request: JobRequest, id: JobID, at now: Timestamp, in db: SQLSession) throws {
    try jobs.insert(request, id: id, asset: AssetID(at: now), at: now, in: db)
    try tracks.insert(sideCarFiles: request.sideCarFiles, of: id, in: db)
    try probe(request.file, for: id, at: now, in: db)
  }

  private func probe(_ file: SourceFile, for id: JobID, at now: Timestamp, in db: SQLSession) throws {
    try add(TaskWork(kind: .probe, source: file), to: id, position: 0, at: now, in: db)
    try tasks.unblock(id, in: db)
  }

  /// A failed job goes on from what is finished; from the beginning once that has been swept.
  func retry(_ job: JobRecord, at now: Timestamp, in db: SQLSession) throws {
    guard job.state == .failed else { throw EncodingError.notFailed(job.state) }
    if try tasks.withdrawSweeps(of: job.id, in: db) {
      try tasks.reopen(job.id, at: now, in: db)
      try tasks.unblock(job.id, in: db)
    } else if try tasks.isSweeping(job.id, in: db) {
      throw EncodingError.beingSwept
    } else {
      try tasks.removeAll(of: job.id, in: db)
      try probe(job.file, for: job.id, at: now, in: db)
    }
    _ = try jobs.reopen(job.id, in: db)
    try turns.rejoin(job.id, in: db)
  }

  /// Throws ``EncodingError/jobEnded(_:)`` where nothing is left to be done sooner or later.
  func setPriority(_ priority: JobPriority, of job: JobRecord, in db: SQLSession) throws {
    guard !job.state.isFinal else { throw EncodingError.jobEnded(job.state) }
    try jobs.setPriority(priority, of: job.id, in: db)
    try turns.rejoin(job.id, in: db)
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

  /// What a failed job has made is kept, to go on from.
  private func sweepDelay(_ job: JobRecord, _ state: JobState, in db: SQLSession) throws -> Double {
    switch state {
    case .succeeded: 0
    case .failed where try tasks.hasMade(job.id, in: db): max(failedKeptSeconds, leaseSeconds * Self.sweepDelayFactor)
    default: leaseSeconds * Self.sweepDelayFactor
    }
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
    var sweep = TaskWork(kind: .sweep, source: job.file)
    sweep.keeps = outputs.isEmpty ? nil : outputs
    let delay = try sweepDelay(job, state, in: db)
    try add(sweep, to: job.id, position: Self.sweepPosition, at: now.adding(seconds: delay), in: db)
    if !outputs.isEmpty {
      try add(
        TaskWork(kind: .sweep, ordinal: 1, source: job.file), to: job.id, position: Self.sweepPosition + 1,
        at: now.adding(seconds: max(delay, evidenceSeconds)), in: db)
    }
    try tasks.unblock(job.id, in: db)
    return true
  }

  // MARK: - What follows

  func follow(_ task: TaskRecord, _ output: TaskOutput, at now: Timestamp, in db: SQLSession) throws {
    guard let job = try jobs.record(task.job, in: db), !job.state.isFinal else { return }
    switch task.kind {
    case .probe:
      guard let facts = output.facts else {
        return try fail(job, reason: "The encoder reported no facts.", at: now, in: db)
      }
      try tracks.setFacts(facts, of: job.id, in: db)
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
      if let checked = output.tracks { try tracks.setTracks(checked, of: job.id, in: db) }
      try pass(output.checks ?? [], of: job, evidence: [output.folder].compactMap { $0 }, at: now, in: db)
    case .encrypt:
      try pass(output.checks ?? [], of: job, evidence: [], at: now, in: db)
    case .preview:
      try publishBeginning(of: job, in: db, at: now)
    case .publish:
      return try publish(job, in: db, at: now)
    case .encode, .audio, .subtitle, .survey, .join, .sweep:
      break
    }
    try tasks.unblock(job.id, in: db)
    try tasks.cancelSupersededPreviews(job.id, in: db)
  }

  private func conform(_ job: JobRecord, _ facts: SourceFacts, at now: Timestamp, in db: SQLSession) throws {
    var work = TaskWork(kind: .conform, source: job.file)
    work.conformTo = facts.frameRate
    work.deinterlaces = facts.isInterlaced
    work.colour = facts.colour.conversionReason == nil ? nil : facts.colour
    work.frameCount = facts.frameCount
    try add(work, to: job.id, position: 1, sourcePixels: facts.width * facts.height, at: now, in: db)
  }

  func plan(
    _ job: JobRecord, _ facts: SourceFacts, conformed: Conformed?, ladder: [Rung]?, at now: Timestamp,
    in db: SQLSession
  ) throws {
    let plan = JobPlan(
      source: job.file, facts: facts, conformedFrames: conformed?.frames, asset: job.assetId,
      parameters: parameters.with(job.options), ladder: ladder, options: job.options,
      sideCarFiles: try tracks.sideCarFiles(of: job.id, in: db))
    try tracks.setTracks(AssetTracks(plan.film), of: job.id, in: db)
    try jobs.setDuration(plan.film.durationSeconds, of: job.id, in: db)
    try renditions.set(JobPlan.renditions(of: plan.film, bytes: nil), of: job.id, in: db)
    var ids: [EncodingTaskID] = []
    for (index, task) in plan.tasks.enumerated() {
      var needs = task.needs.map { ids[$0] }
      // These read the pictures, so they must be given the conformed ones.
      if let conformed, [.encode, .survey, .quality].contains(task.work.kind) { needs.append(conformed.task) }
      ids.append(
        try add(
          task.work, to: job.id, position: Self.firstPlannedPosition + index, needs: needs,
          sourcePixels: facts.width * facts.height, at: now, in: db))
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
        maxHeight: best, isComplete: isComplete, tracks: try tracks.tracks(of: job.id, in: db)?.choices),
      subject: job.titleId.description, in: db)
  }

  @discardableResult
  func add(
    _ work: TaskWork, to job: JobID, position: Int, needs: [EncodingTaskID] = [], sourcePixels: Int = 0,
    at now: Timestamp, in db: SQLSession
  ) throws -> EncodingTaskID {
    let id = EncodingTaskID(at: now)
    try tasks.insert(
      work, id: id, job: job, position: position, needs: needs,
      demands: TaskDemands(work, sourcePixels: sourcePixels), notBefore: now, in: db)
    return id
  }
}
