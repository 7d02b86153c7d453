import Contract
import EncodingAPI
import StorageKit

/// Leases given, kept, lost and ended. Each step is one transaction of the caller.
extension JobFlow {
  /// Not given for longer than this, see ``TaskStore/next(for:longestWaitSeconds:at:in:)``.
  private var longestWaitSeconds: Double { retries.maximumWaitSeconds }

  /// Whether asking for a lease is worth a write.
  func hasWork(for applicant: TaskApplicant, at now: Timestamp, in db: SQLSession) throws -> Bool {
    if try !tasks.open(of: applicant.encoder, in: db).isEmpty { return true }
    return try tasks.next(for: applicant, longestWaitSeconds: longestWaitSeconds, at: now, in: db) != nil
  }

  /// An encoder does one task at a time: if it asks for another it has died and come back, or never heard of the one
  /// it was given. That is lost whether or not it `isAdmitted` to more.
  func lease(
    to applicant: TaskApplicant, isAdmitted: Bool = true, at now: Timestamp, in db: SQLSession
  ) throws -> TaskLease? {
    for lease in try tasks.open(of: applicant.encoder, in: db) {
      try lose(lease, reason: "The encoder came back without it.", at: now, in: db)
    }
    let next = try tasks.next(for: applicant, longestWaitSeconds: longestWaitSeconds, at: now, in: db)
    guard isAdmitted, let next else { return nil }
    let lease = try tasks.lease(next, to: applicant.encoder, at: now, seconds: leaseSeconds, in: db)
    // Before the commit, or a look for expired leases could come between.
    leases.renew(lease.token)
    try turns.serve(next.job, weight: next.weight, in: db)
    try jobs.begin(lease.job, at: now, in: db)
    return lease
  }

  /// The task cannot be done as long as another service does not give what it needs: no attempt of it.
  func postpone(_ lease: TaskLease, reason: String, at now: Timestamp, in db: SQLSession) throws {
    try tasks.endLease(lease.token, outcome: TaskReport.Outcome.released.rawValue, at: now, in: db)
    leases.drop(lease.token)
    let wait = retries.firstWaitSeconds * (0.5 + 0.5 * jitter())
    try tasks.postpone(lease.task, reason: reason, notBefore: now.adding(seconds: wait), in: db)
  }

  /// Ends the leases that were not kept; answers how many.
  @discardableResult
  func expire(at now: Timestamp, in db: SQLSession) throws -> Int {
    let open = try tasks.open(in: db)
    let expired = Set(leases.expired(among: open.map(\.token)))
    for lease in open where expired.contains(lease.token) {
      try lose(lease, reason: "The encoder was not heard of in time.", at: now, in: db)
    }
    return expired.count
  }

  private func lose(_ lease: OpenLease, reason: String, at now: Timestamp, in db: SQLSession) throws {
    try tasks.endLease(lease.token, outcome: "expired", at: now, in: db)
    leases.drop(lease.token)
    try retryOrFail(lease.task, .circumstance, reason: reason, at: now, in: db)
  }

  func keep(_ id: EncodingTaskID, _ beat: TaskHeartbeat, at now: Timestamp, in db: SQLSession) throws {
    guard try tasks.leased(id, token: beat.token, in: db) != nil else { throw EncodingError.leaseLost }
    leases.renew(beat.token)
    let seconds = try beat.seconds ?? tasks.age(ofLease: beat.token, at: now, in: db)
    try tasks.note(id, progress: beat.progress, seconds: seconds, in: db)
  }

  /// Throws ``EncodingError/leaseLost`` for any token but the present one.
  func report(_ id: EncodingTaskID, _ report: TaskReport, at now: Timestamp, in db: SQLSession) throws {
    guard let task = try tasks.leased(id, token: report.token, in: db) else {
      if report.outcome == .succeeded, try tasks.hasSucceeded(id, token: report.token, in: db) { return }
      throw EncodingError.leaseLost
    }
    try tasks.endLease(report.token, outcome: report.outcome.rawValue, at: now, in: db)
    leases.drop(report.token)
    let reason = report.reason ?? "The encoder gave no reason."
    switch report.outcome {
    case .succeeded:
      let output = report.output ?? TaskOutput()
      let seconds = try report.seconds ?? tasks.age(ofLease: report.token, at: now, in: db)
      try tasks.note(id, progress: 1, seconds: seconds, in: db)
      try estimates.learn(task.kind, weight: task.weight, seconds: seconds, in: db)
      try tasks.succeed(id, output: output, in: db)
      try follow(task, output, at: now, in: db)
    case .retryableFailure where report.damaged?.isEmpty == false:
      try redo(report.damaged ?? [], foundBy: task, at: now, in: db)
    case .retryableFailure:
      try retryOrFail(task, report.cause == .noSpace ? .circumstance : .itself, reason: reason, at: now, in: db)
    case .permanentFailure:
      try giveUp(task, reason: reason, at: now, in: db)
    case .released:
      try tasks.release(id, in: db)
    }
    if task.kind == .sweep, report.outcome == .succeeded { try turns.leave(task.job, in: db) }
  }

  private func retryOrFail(
    _ task: TaskRecord, _ failure: RetryPolicy.Failure, reason: String, at now: Timestamp, in db: SQLSession
  ) throws {
    let excused = task.excusedAttempts + (failure == .circumstance ? 1 : 0)
    guard let wait = retries.wait(after: task.attempts, excused: excused, failure: failure, jitter: jitter()) else {
      return try giveUp(task, reason: "\(reason) (after \(task.attempts) attempts)", at: now, in: db)
    }
    try tasks.retry(
      task.id, reason: reason, excusedAttempts: excused, notBefore: now.adding(seconds: wait), in: db)
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
      guard maker.attempts - maker.excusedAttempts < retries.maximumAttempts else {
        return try giveUp(maker, reason: "\(reason) (after \(maker.attempts) attempts)", at: now, in: db)
      }
    }
    try tasks.block(finder.id, in: db)
    try tasks.unblock(finder.job, in: db)
  }

  private func giveUp(_ task: TaskRecord, reason: String, at now: Timestamp, in db: SQLSession) throws {
    try tasks.fail(task.id, reason: reason, in: db)
    // A sweep that fails leaves files behind, not a job undone: the job has ended already, and stays as it did.
    guard task.kind != .sweep else { return try turns.leave(task.job, in: db) }
    // A film that cannot be watched early can be watched later.
    guard task.kind != .preview, let job = try jobs.record(task.job, in: db) else { return }
    try fail(job, reason: reason, at: now, in: db)
  }
}
