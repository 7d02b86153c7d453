import Contract
import EncodingAPI
import StorageKit

/// Who may be given which task.
struct TaskApplicant: Sendable {
  var encoder: String
  var capabilities: [String]
  var freeBytes: Int

  init(encoder: String, _ facts: WorkerFacts) {
    self.encoder = encoder
    capabilities = facts.capabilities
    freeBytes = facts.freeBytes
  }
}

/// An open lease.
struct OpenLease: Sendable {
  var token: Int
  var encoder: String
  var task: TaskRecord
}

extension TaskStore {
  /// Encoders do one task at a time: more leases than these are not open.
  static let openLeaseLimit = 10_000

  /// Read in the order of turns, so that no more is looked at than the ready tasks of the job that is served.
  static let nextTask = """
    SELECT task.id, task.job_id, task.kind, task.attempts, task.excused_attempts, task.weight, task.work
    FROM job INDEXED BY job_turn CROSS JOIN task INDEXED BY task_ready
    WHERE job.turn IS NOT NULL AND task.job_id = job.id AND task.state = 'ready'
      AND (task.not_before <= ? OR (task.not_before > ? AND task.kind <> 'sweep'))
      AND task.space_bytes <= ?
      AND NOT EXISTS (SELECT 1 FROM json_each(task.capabilities) AS wanted
        WHERE wanted.value NOT IN (SELECT value FROM json_each(?)))
    ORDER BY job.turn, job.id, task.rank, task.position LIMIT 1
    """

  /// The task that the applicant is to be given: of the job whose turn is the earliest; within it by rank, then in
  /// order. A wait longer than any that is ever given (`longestWaitSeconds`) comes from a wall clock that was set back,
  /// and is over.
  func next(
    for applicant: TaskApplicant, longestWaitSeconds: Double, at now: Timestamp, in db: SQLSession
  ) throws -> TaskRecord? {
    try db.first(
      Self.nextTask,
      now, now.adding(seconds: longestWaitSeconds), applicant.freeBytes, try Self.text(applicant.capabilities),
      as: Self.record)
  }

  func lease(
    _ task: TaskRecord, to encoder: String, at now: Timestamp, seconds: Double, in db: SQLSession
  ) throws -> TaskLease {
    try db.execute(
      "INSERT INTO lease (task_id, attempt, encoder, granted_at) VALUES (?, ?, ?, ?)",
      task.id, task.attempts + 1, encoder, now)
    let token = db.lastInsertedRow
    try db.execute(
      """
      UPDATE task SET state = 'leased', attempts = attempts + 1, lease_token = ?, failure_reason = NULL,
        attempt_progress = 0, attempt_seconds = 0
      WHERE id = ?
      """, token, task.id)
    return TaskLease(
      task: task.id, job: task.job, token: Int(token), attempt: task.attempts + 1, leaseSeconds: seconds,
      work: task.work, inputs: try inputs(of: task.id, in: db))
  }

  private func inputs(of task: EncodingTaskID, in db: SQLSession) throws -> [TaskInput] {
    try db.rows(
      """
      SELECT needed.kind, needed.ordinal, needed.output FROM task_need
      JOIN task AS needed ON needed.id = task_need.needs_id
      WHERE task_need.task_id = ? ORDER BY needed.position LIMIT ?
      """, task, Self.longestTaskList
    ) { row in
      let output = try JSON.decode(TaskOutput.self, from: row.blob(2))
      return TaskInput(kind: try row.choice(0), ordinal: row.int(1), folder: output.folder ?? "")
    }
  }

  /// The task, if `token` is that of its present lease; the lease may have run out of time as long as nobody noticed.
  func leased(_ task: EncodingTaskID, token: Int, in db: SQLSession) throws -> TaskRecord? {
    try db.first(
      """
      SELECT id, job_id, kind, attempts, excused_attempts, weight, work FROM task
      WHERE id = ? AND lease_token = ? AND state = 'leased'
      """, task, token, as: Self.record)
  }

  /// Whether the task has already succeeded under this very token: its report was sent twice.
  func hasSucceeded(_ task: EncodingTaskID, token: Int, in db: SQLSession) throws -> Bool {
    try db.first(
      "SELECT 1 FROM task WHERE id = ? AND lease_token = ? AND state = 'succeeded'", task, token
    ) { _ in true } ?? false
  }

  /// How far the present attempt is, and how long it has been at work.
  func note(
    _ task: EncodingTaskID, progress: Double, seconds: Double, in db: SQLSession
  ) throws {
    let progress = min(0.99, max(0, progress))
    try db.execute(
      """
      UPDATE task SET progress = MAX(progress, ?), attempt_progress = ?, attempt_seconds = ? WHERE id = ?
      """, progress, progress, max(0, seconds), task)
  }

  /// The encoder that has it.
  func holder(of task: EncodingTaskID, in db: SQLSession) throws -> String? {
    try db.first(
      "SELECT lease.encoder FROM task JOIN lease ON lease.token = task.lease_token WHERE task.id = ?", task
    ) { $0.text(0) }
  }

  /// Seconds since the lease was given, by the wall clock.
  func age(ofLease token: Int, at now: Timestamp, in db: SQLSession) throws -> Double {
    try db.first("SELECT granted_at FROM lease WHERE token = ?", token) { now.seconds(since: $0.time(0)) } ?? 0
  }

  /// All open leases, or those of one encoder.
  func open(of encoder: String? = nil, in db: SQLSession) throws -> [OpenLease] {
    try db.rows(
      """
      SELECT task.id, task.job_id, task.kind, task.attempts, task.excused_attempts, task.weight, task.work,
        lease.token, lease.encoder
      FROM lease JOIN task ON task.id = lease.task_id
      WHERE lease.ended_at IS NULL AND lease.encoder = COALESCE(?, lease.encoder) ORDER BY lease.token LIMIT ?
      """, encoder, Self.openLeaseLimit
    ) { row in OpenLease(token: row.int(7), encoder: row.text(8), task: try Self.record(row)) }
  }

  func endLease(_ token: Int, outcome: String, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      "UPDATE lease SET ended_at = ?, outcome = ? WHERE token = ? AND ended_at IS NULL", now, outcome, token)
  }
}
