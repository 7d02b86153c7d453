import Contract
import EncodingAPI
import StorageKit

extension TaskStore {
  static let longestEdgeList = 100_000

  /// In order; those that changed after `revision` of the job.
  func tasks(of job: JobID, changedAfter revision: Int = 0, in db: SQLSession) throws -> [EncodingTask] {
    let needs = try needs(of: job, changedAfter: revision, in: db)
    return try db.rows(
      """
      SELECT task.id, task.kind, task.ordinal, task.state, task.attempts, task.progress, task.film_seconds,
        task.attempt_progress, task.attempt_seconds, lease.encoder, lease.granted_at, lease.ended_at,
        task.failure_reason, task.output
      FROM task LEFT JOIN lease ON lease.token = task.lease_token
      WHERE task.job_id = ? AND task.revision > ? ORDER BY task.position, task.id LIMIT ?
      """, job, revision, Self.longestTaskList
    ) { row in
      let id: EncodingTaskID = try row.id(0)
      let filmSeconds = row.double(6) * row.double(7)
      return EncodingTask(
        id: id, kind: try row.choice(1), ordinal: row.int(2), state: try row.choice(3), needs: needs[id] ?? [],
        attempts: row.int(4), progress: row.double(5),
        speed: filmSeconds > 0 && row.double(8) > 0 ? filmSeconds / row.double(8) : nil, encoder: row.textOrNil(9),
        startedAt: row.timeOrNil(10), endedAt: row.timeOrNil(11), failureReason: row.textOrNil(12),
        usage: try row.blobOrNil(13).flatMap { try JSON.decode(TaskOutput.self, from: $0).usage })
    }
  }

  private func needs(of job: JobID, changedAfter revision: Int, in db: SQLSession) throws -> [EncodingTaskID:
    [EncodingTaskID]]
  {
    var needs: [EncodingTaskID: [EncodingTaskID]] = [:]
    let edges: [(EncodingTaskID, EncodingTaskID)] = try db.rows(
      """
      SELECT task_need.task_id, task_need.needs_id FROM task JOIN task_need ON task_need.task_id = task.id
      WHERE task.job_id = ? AND task.revision > ? ORDER BY task_need.task_id, task_need.needs_id LIMIT ?
      """, job, revision, Self.longestEdgeList
    ) { row in (try row.id(0), try row.id(1)) }
    for (task, needed) in edges { needs[task, default: []].append(needed) }
    return needs
  }
}
