import Contract
import EncodingAPI
import StorageKit

/// Jobs as the API shows them, without their tasks.
extension JobStore {
  func job(_ id: JobID, in db: SQLSession) throws -> EncodingJob? {
    try db.first(
      """
      SELECT id, title_id, asset_id, state, upload_id, source_path, source_name, failure_reason, duration_seconds,
        created_at, started_at, finished_at, options, priority, playable_at,
        (SELECT SUM(weight * progress) / SUM(weight) FROM task WHERE job_id = job.id
          AND EXISTS (SELECT 1 FROM task AS last WHERE last.job_id = job.id AND last.kind = 'publish'))
      FROM job WHERE id = ?
      """, id, as: Self.job)
  }

  /// Newest first, served by the primary key or by job_by_state: identifiers are in order of creation.
  func jobs(before: JobID?, state: JobState?, limit: Int, in db: SQLSession) throws -> [EncodingJob] {
    let before = before?.description ?? "job_~"
    guard let state else {
      return try db.rows(
        """
        SELECT id, title_id, asset_id, state, upload_id, source_path, source_name, failure_reason, duration_seconds,
          created_at, started_at, finished_at, options, priority, playable_at,
          (SELECT SUM(weight * progress) / SUM(weight) FROM task WHERE job_id = job.id
            AND EXISTS (SELECT 1 FROM task AS last WHERE last.job_id = job.id AND last.kind = 'publish'))
        FROM job WHERE id < ? ORDER BY id DESC LIMIT ?
        """, before, limit, as: Self.job)
    }
    return try db.rows(
      """
      SELECT id, title_id, asset_id, state, upload_id, source_path, source_name, failure_reason, duration_seconds,
        created_at, started_at, finished_at, options, priority, playable_at,
        (SELECT SUM(weight * progress) / SUM(weight) FROM task WHERE job_id = job.id
          AND EXISTS (SELECT 1 FROM task AS last WHERE last.job_id = job.id AND last.kind = 'publish'))
      FROM job WHERE state = ? AND id < ? ORDER BY id DESC LIMIT ?
      """, state.rawValue, before, limit, as: Self.job)
  }

  private static func job(_ row: SQLRow) throws -> EncodingJob {
    let state: JobState = try row.choice(3)
    // What was playable of a job that did not end well has been withdrawn.
    let playableAt = state == .failed || state == .cancelled ? nil : row.timeOrNil(14)
    return EncodingJob(
      id: try row.id(0), titleId: try row.id(1), state: state,
      progress: state == .succeeded ? 1 : min(0.999, row.double(15)),
      source: JobSource(uploadId: try row.idOrNil(4), path: row.textOrNil(5)), sourceName: row.textOrNil(6),
      options: try options(row, 12, priority: 13), assetId: playableAt == nil ? nil : try row.id(2),
      playableAt: playableAt,
      failureReason: row.textOrNil(7), durationSeconds: row.doubleOrNil(8), createdAt: row.time(9),
      startedAt: row.timeOrNil(10), finishedAt: row.timeOrNil(11))
  }
}
