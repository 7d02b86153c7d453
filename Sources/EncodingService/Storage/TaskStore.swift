import Contract
import EncodingAPI
import StorageKit

/// A task that has just changed, for whoever decides what follows.
struct TaskRecord: Sendable {
  var id: EncodingTaskID
  var job: JobID
  var kind: TaskKind
  /// All that were begun and not given back.
  var attempts: Int
  /// Those of them that failed by circumstances.
  var excusedAttempts: Int
  var weight: Double
  var work: TaskWork
}

/// All SQL about tasks and leases.
struct TaskStore: Sendable {
  static let longestTaskList = 5000

  // MARK: - The graph

  func insert(
    _ work: TaskWork, id: EncodingTaskID, job: JobID, position: Int, needs: [EncodingTaskID],
    demands: TaskDemands, notBefore: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO task (id, job_id, kind, ordinal, position, state, work, weight, rank, capabilities, space_bytes,
        film_seconds, progress, attempts, not_before)
      VALUES (?, ?, ?, ?, ?, 'blocked', ?, ?, ?, ?, ?, ?, 0, 0, ?)
      """,
      id, job, work.kind.rawValue, work.ordinal, position, try JSON.encode(work), demands.weight, demands.rank,
      try Self.text(demands.capabilities.sorted()), demands.spaceBytes, demands.filmSeconds,
      notBefore)
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

  /// Nothing of what the job has done is left: it begins anew.
  func removeAll(of job: JobID, in db: SQLSession) throws {
    try db.execute(
      "DELETE FROM task_need WHERE task_id IN (SELECT id FROM task WHERE job_id = ?)", job)
    try db.execute("UPDATE task SET state = 'cancelled', output = NULL, lease_token = NULL WHERE job_id = ?", job)
    try db.execute("DELETE FROM lease WHERE task_id IN (SELECT id FROM task WHERE job_id = ?)", job)
    try db.execute("DELETE FROM task WHERE job_id = ?", job)
  }

  /// What has failed or was cancelled may be done once more; what has succeeded stays, but for what judges it: nothing
  /// passes the gate by being tried again.
  func reopen(_ job: JobID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE task SET state = 'blocked', output = NULL, attempts = 0, excused_attempts = 0, failure_reason = NULL,
        not_before = ?
      WHERE job_id = ? AND (state IN ('failed', 'cancelled') OR kind IN ('quality', 'check', 'encrypt'))
      """, now, job)
  }

  /// Sweeps that have not begun go; false where one has.
  func withdrawSweeps(of job: JobID, in db: SQLSession) throws -> Bool {
    let hasBegun = try db.first(
      "SELECT 1 FROM task WHERE job_id = ? AND kind = 'sweep' AND state NOT IN ('blocked', 'ready') LIMIT 1", job
    ) { _ in true }
    guard hasBegun == nil else { return false }
    try db.execute("UPDATE task SET lease_token = NULL WHERE job_id = ? AND kind = 'sweep'", job)
    try db.execute(
      "DELETE FROM lease WHERE task_id IN (SELECT id FROM task WHERE job_id = ? AND kind = 'sweep')", job)
    try db.execute("DELETE FROM task WHERE job_id = ? AND kind = 'sweep'", job)
    return true
  }

  func isSweeping(_ job: JobID, in db: SQLSession) throws -> Bool {
    try db.first("SELECT 1 FROM task WHERE job_id = ? AND kind = 'sweep' AND state = 'leased'", job) { _ in true }
      ?? false
  }

  /// Whether something is finished that a job begun anew would have to do again.
  func hasMade(_ job: JobID, in db: SQLSession) throws -> Bool {
    try db.first(
      "SELECT 1 FROM task WHERE job_id = ? AND kind <> 'probe' AND state = 'succeeded' LIMIT 1", job
    ) { _ in true } ?? false
  }

  // MARK: - Ends

  func succeed(_ task: EncodingTaskID, output: TaskOutput, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE task SET state = 'succeeded', progress = 1, attempt_progress = 1, output = ? WHERE id = ?
      """, try JSON.encode(output), task)
  }

  func fail(_ task: EncodingTaskID, reason: String, in db: SQLSession) throws {
    try db.execute("UPDATE task SET state = 'failed', failure_reason = ? WHERE id = ?", reason, task)
  }

  func retry(
    _ task: EncodingTaskID, reason: String, excusedAttempts: Int, notBefore: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      UPDATE task SET state = 'ready', failure_reason = ?, excused_attempts = ?, not_before = ? WHERE id = ?
      """, reason, excusedAttempts, notBefore, task)
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
      SELECT id, job_id, kind, attempts, excused_attempts, weight, work FROM task
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

  static func record(_ row: SQLRow) throws -> TaskRecord {
    TaskRecord(
      id: try row.id(0), job: try row.id(1), kind: try row.choice(2), attempts: row.int(3), excusedAttempts: row.int(4),
      weight: row.double(5), work: try JSON.decode(TaskWork.self, from: row.blob(6)))
  }

  static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSON.encode(value), as: UTF8.self)
  }
}
