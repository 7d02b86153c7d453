import Contract
import EncodingAPI
import StorageKit

/// A task that has just changed, for whoever decides what follows.
struct TaskRecord: Sendable {
  var id: EncodingTaskID
  var job: JobID
  var kind: TaskKind
  var attempts: Int
  var work: TaskWork
}

/// All SQL about tasks and leases.
struct TaskStore: Sendable {
  /// How many expired leases are dealt with at once.
  static let expiryBatch = 100
  static let longestTaskList = 5000

  // MARK: - The graph

  func insert(
    _ work: TaskWork, id: EncodingTaskID, job: JobID, position: Int, needs: [EncodingTaskID], weight: Double,
    notBefore: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO task (id, job_id, kind, ordinal, position, state, work, weight, progress, attempts, not_before)
      VALUES (?, ?, ?, ?, ?, 'blocked', ?, ?, 0, 0, ?)
      """,
      id, job, work.kind.rawValue, work.ordinal, position, try JSON.encode(work), weight, notBefore)
    for need in needs {
      try db.execute("INSERT INTO task_need (task_id, needs_id) VALUES (?, ?)", id, need)
    }
  }

  /// Blocked tasks of the job whose needs are all met become ready.
  func unblock(_ job: JobID, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE task SET state = 'ready' WHERE job_id = ? AND state = 'blocked' AND NOT EXISTS (
        SELECT 1 FROM task_need JOIN task AS needed ON needed.id = task_need.needs_id
        WHERE task_need.task_id = task.id AND needed.state <> 'succeeded')
      """, job)
  }

  /// Whatever has not ended is cancelled; encoders at work hear of it at their next heartbeat.
  func cancelUnfinished(_ job: JobID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE lease SET ended_at = ?, outcome = 'cancelled' WHERE ended_at IS NULL AND token IN (
        SELECT lease_token FROM task WHERE job_id = ? AND state = 'leased')
      """, now, job)
    try db.execute(
      "UPDATE task SET state = 'cancelled' WHERE job_id = ? AND state IN ('blocked', 'ready', 'leased')", job)
  }

  // MARK: - Leases

  /// Whether asking for a lease is worth a write.
  func hasWork(for encoder: String, at now: Timestamp, in db: SQLSession) throws -> Bool {
    try db.first(
      """
      SELECT EXISTS (SELECT 1 FROM task WHERE state = 'ready' AND not_before <= ?)
        OR EXISTS (SELECT 1 FROM lease WHERE ended_at IS NULL AND (expires_at <= ? OR encoder = ?))
      """, now, now, encoder
    ) { $0.bool(0) } ?? false
  }

  /// Leases the next task: of the job with the fewest at work, so that no job starves another; within a job in order.
  func lease(encoder: String, at now: Timestamp, seconds: Double, in db: SQLSession) throws -> TaskLease? {
    let next = try db.first(
      """
      SELECT id, job_id, kind, attempts, work FROM task WHERE state = 'ready' AND not_before <= ?
      ORDER BY (SELECT COUNT(*) FROM task AS other WHERE other.job_id = task.job_id AND other.state = 'leased'),
        job_id, position LIMIT 1
      """, now, as: Self.record)
    guard let next else { return nil }
    try db.execute(
      "INSERT INTO lease (task_id, attempt, encoder, granted_at, expires_at) VALUES (?, ?, ?, ?, ?)",
      next.id, next.attempts + 1, encoder, now, now.adding(seconds: seconds))
    let token = db.lastInsertedRow
    try db.execute(
      "UPDATE task SET state = 'leased', attempts = attempts + 1, lease_token = ?, failure_reason = NULL WHERE id = ?",
      token, next.id)
    return TaskLease(
      task: next.id, job: next.job, token: Int(token), attempt: next.attempts + 1, leaseSeconds: seconds,
      work: next.work, inputs: try inputs(of: next.id, in: db))
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
      "SELECT id, job_id, kind, attempts, work FROM task WHERE id = ? AND lease_token = ? AND state = 'leased'",
      task, token, as: Self.record)
  }

  /// Whether the task has already succeeded under this very token: its report was sent twice.
  func hasSucceeded(_ task: EncodingTaskID, token: Int, in db: SQLSession) throws -> Bool {
    try db.first(
      "SELECT 1 FROM task WHERE id = ? AND lease_token = ? AND state = 'succeeded'", task, token
    ) { _ in true } ?? false
  }

  func keep(
    _ task: EncodingTaskID, token: Int, progress: Double, until expiry: Timestamp, in db: SQLSession
  ) throws {
    try db.execute("UPDATE lease SET expires_at = MAX(expires_at, ?) WHERE token = ?", expiry, token)
    try db.execute(
      "UPDATE task SET progress = MAX(progress, ?) WHERE id = ?", min(0.99, max(0, progress)), task)
  }

  /// Open leases past their time, and those that `encoder` holds: an encoder does one task at a time, so if it asks
  /// for another it has died and come back, or never heard of the one it was given.
  func lost(by encoder: String, at now: Timestamp, in db: SQLSession) throws -> [(token: Int, task: TaskRecord)] {
    try db.rows(
      """
      SELECT task.id, task.job_id, task.kind, task.attempts, task.work, lease.token FROM lease
      JOIN task ON task.id = lease.task_id
      WHERE lease.ended_at IS NULL AND (lease.expires_at <= ? OR lease.encoder = ?)
      ORDER BY lease.expires_at LIMIT ?
      """, now, encoder, Self.expiryBatch
    ) { row in (row.int(5), try Self.record(row)) }
  }

  func endLease(_ token: Int, outcome: String, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      "UPDATE lease SET ended_at = ?, outcome = ? WHERE token = ? AND ended_at IS NULL", now, outcome, token)
  }

  // MARK: - Ends

  func succeed(_ task: EncodingTaskID, output: TaskOutput, in db: SQLSession) throws {
    try db.execute(
      "UPDATE task SET state = 'succeeded', progress = 1, output = ? WHERE id = ?", try JSON.encode(output), task)
  }

  func fail(_ task: EncodingTaskID, reason: String, in db: SQLSession) throws {
    try db.execute("UPDATE task SET state = 'failed', failure_reason = ? WHERE id = ?", reason, task)
  }

  func retry(_ task: EncodingTaskID, reason: String, notBefore: Timestamp, in db: SQLSession) throws {
    try db.execute(
      "UPDATE task SET state = 'ready', failure_reason = ?, not_before = ? WHERE id = ?", reason, notBefore, task)
  }

  func postpone(_ task: EncodingTaskID, reason: String, notBefore: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE task SET state = 'ready', attempts = attempts - 1, failure_reason = ?, not_before = ?
      WHERE id = ? AND state = 'leased'
      """, reason, notBefore, task)
  }

  func release(_ task: EncodingTaskID, in db: SQLSession) throws {
    try db.execute("UPDATE task SET state = 'ready', attempts = attempts - 1 WHERE id = ?", task)
  }

  /// What it made is forgotten: it is done again.
  func redo(_ task: EncodingTaskID, reason: String, in db: SQLSession) throws {
    try db.execute(
      "UPDATE task SET state = 'ready', output = NULL, progress = 0, failure_reason = ? WHERE id = ?", reason, task)
  }

  /// Back to waiting for what it needs; no attempt.
  func block(_ task: EncodingTaskID, in db: SQLSession) throws {
    try db.execute("UPDATE task SET state = 'blocked', attempts = attempts - 1 WHERE id = ?", task)
  }

  /// A shorter beginning is not worth publishing once a longer one can be, nor any once the film can be joined.
  func cancelSupersededPreviews(_ job: JobID, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE task SET state = 'cancelled' WHERE job_id = ? AND kind = 'preview' AND state = 'ready' AND (
        EXISTS (SELECT 1 FROM task AS longer WHERE longer.job_id = task.job_id AND longer.kind = 'preview'
          AND longer.ordinal > task.ordinal AND longer.state = 'ready')
        OR EXISTS (SELECT 1 FROM task AS later WHERE later.job_id = task.job_id AND later.kind = 'join'
          AND later.state IN ('leased', 'succeeded')))
      """, job)
  }

  // MARK: - Readings

  func finished(_ kind: TaskKind, _ ordinal: Int, of job: JobID, in db: SQLSession) throws -> TaskRecord? {
    try db.first(
      """
      SELECT id, job_id, kind, attempts, work FROM task
      WHERE job_id = ? AND kind = ? AND ordinal = ? AND state = 'succeeded'
      """, job, kind.rawValue, ordinal, as: Self.record)
  }

  /// The finished task of that kind.
  func finished(_ kind: TaskKind, of job: JobID, in db: SQLSession) throws -> (id: EncodingTaskID, output: TaskOutput)?
  {
    try db.first(
      "SELECT id, output FROM task WHERE job_id = ? AND kind = ? AND ordinal = 0 AND state = 'succeeded'",
      job, kind.rawValue
    ) { row in (try row.id(0), try JSON.decode(TaskOutput.self, from: row.blob(1))) }
  }

  func hasUnfinished(_ kind: TaskKind, of job: JobID, in db: SQLSession) throws -> Bool {
    try db.first(
      "SELECT 1 FROM task WHERE job_id = ? AND kind = ? AND state <> 'succeeded' LIMIT 1", job, kind.rawValue
    ) { _ in true } ?? false
  }

  /// What all finished tasks of that kind came to, in their order.
  func outputs(_ kind: TaskKind, of job: JobID, in db: SQLSession) throws -> [TaskOutput] {
    try db.rows(
      "SELECT output FROM task WHERE job_id = ? AND kind = ? AND state = 'succeeded' ORDER BY ordinal LIMIT ?",
      job, kind.rawValue, Self.longestTaskList
    ) { row in try JSON.decode(TaskOutput.self, from: row.blob(0)) }
  }

  /// What the finished task of that kind and number came to.
  func output(_ kind: TaskKind, _ ordinal: Int, of job: JobID, in db: SQLSession) throws -> TaskOutput? {
    try db.first(
      "SELECT output FROM task WHERE job_id = ? AND kind = ? AND ordinal = ? AND state = 'succeeded'",
      job, kind.rawValue, ordinal
    ) { row in try JSON.decode(TaskOutput.self, from: row.blob(0)) }
  }

  func tasks(of job: JobID, in db: SQLSession) throws -> [EncodingTask] {
    try db.rows(
      """
      SELECT task.id, task.kind, task.ordinal, task.state, task.attempts, task.progress, lease.encoder,
        task.failure_reason, task.output
      FROM task LEFT JOIN lease ON lease.token = task.lease_token
      WHERE task.job_id = ? ORDER BY task.position LIMIT ?
      """, job, Self.longestTaskList
    ) { row in
      EncodingTask(
        id: try row.id(0), kind: try row.choice(1), ordinal: row.int(2), state: try row.choice(3),
        attempts: row.int(4), progress: row.double(5), encoder: row.textOrNil(6), failureReason: row.textOrNil(7),
        usage: try row.blobOrNil(8).flatMap { try JSON.decode(TaskOutput.self, from: $0).usage })
    }
  }

  private static func record(_ row: SQLRow) throws -> TaskRecord {
    TaskRecord(
      id: try row.id(0), job: try row.id(1), kind: try row.choice(2), attempts: row.int(3),
      work: try JSON.decode(TaskWork.self, from: row.blob(4)))
  }
}
