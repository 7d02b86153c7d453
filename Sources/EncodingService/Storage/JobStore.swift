import Contract
import EncodingAPI
import StorageKit

/// What is asked of a new job, its source found.
struct JobRequest: Sendable {
  var titleId: TitleID
  var source: JobSource
  var sourceName: String?
  var file: SourceFile
  var options = JobOptions()
}

/// A job as its tasks see it.
struct JobRecord: Sendable {
  var id: JobID
  var titleId: TitleID
  var assetId: AssetID
  var state: JobState
  var file: SourceFile
  var options: JobOptions
  var durationSeconds: Double?
  var playableAt: Timestamp?
}

/// All SQL about jobs.
struct JobStore: Sendable {
  static let longestPage = 100

  func insert(_ request: JobRequest, id: JobID, asset: AssetID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO job (id, title_id, asset_id, upload_id, source_path, source_name, file_path, file_fingerprint,
        file_bytes, options, state, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
      """,
      id, request.titleId, asset, request.source.uploadId, request.source.path, request.sourceName, request.file.path,
      request.file.fingerprint, request.file.bytes, String(decoding: try JSON.encode(request.options), as: UTF8.self),
      now)
  }

  func record(_ id: JobID, in db: SQLSession) throws -> JobRecord? {
    try db.first(
      """
      SELECT id, title_id, asset_id, state, file_path, file_fingerprint, options, duration_seconds, playable_at,
        file_bytes
      FROM job WHERE id = ?
      """, id
    ) { row in
      JobRecord(
        id: try row.id(0), titleId: try row.id(1), assetId: try row.id(2), state: try row.choice(3),
        file: SourceFile(path: row.text(4), fingerprint: row.text(5), bytes: row.intOrNil(9)),
        options: try Self.options(row, 6),
        durationSeconds: row.doubleOrNil(7), playableAt: row.timeOrNil(8))
    }
  }

  func begin(_ id: JobID, in db: SQLSession) throws {
    try db.execute("UPDATE job SET state = 'running' WHERE id = ? AND state = 'queued'", id)
  }

  func setLadder(_ report: LadderReport, of id: JobID, in db: SQLSession) throws {
    try db.execute(
      "UPDATE job SET ladder = ? WHERE id = ?", String(decoding: try JSON.encode(report), as: UTF8.self), id)
  }

  /// Nil until it has been chosen.
  func ladder(of id: JobID, in db: SQLSession) throws -> LadderReport? {
    try db.first("SELECT ladder FROM job WHERE id = ?", id) { row in
      try row.textOrNil(0).map { try JSON.decode(LadderReport.self, from: Array($0.utf8)) }
    } ?? nil
  }

  func setDuration(_ seconds: Double, of id: JobID, in db: SQLSession) throws {
    try db.execute("UPDATE job SET duration_seconds = ? WHERE id = ?", seconds, id)
  }

  /// False where it could be played already.
  func setPlayable(_ id: JobID, at now: Timestamp, in db: SQLSession) throws -> Bool {
    try db.execute("UPDATE job SET playable_at = ? WHERE id = ? AND playable_at IS NULL", now, id) == 1
  }

  /// False where it had ended already.
  func end(_ id: JobID, as state: JobState, reason: String?, at now: Timestamp, in db: SQLSession) throws -> Bool {
    try db.execute(
      """
      UPDATE job SET state = ?, failure_reason = ?, finished_at = ? WHERE id = ? AND state IN ('queued', 'running')
      """, state.rawValue, reason, now, id) == 1
  }

  // MARK: - As the API shows them

  func job(_ id: JobID, in db: SQLSession) throws -> EncodingJob? {
    try db.first(
      """
      SELECT id, title_id, asset_id, state, upload_id, source_path, source_name, failure_reason, duration_seconds,
        created_at, finished_at, options, playable_at,
        (SELECT SUM(weight * progress) / SUM(weight) FROM task WHERE job_id = job.id
          AND EXISTS (SELECT 1 FROM task AS last WHERE last.job_id = job.id AND last.kind = 'publish'))
      FROM job WHERE id = ?
      """, id, as: Self.job)
  }

  /// Newest first, served by the primary key: identifiers are in order of creation.
  func jobs(before: JobID?, limit: Int, in db: SQLSession) throws -> [EncodingJob] {
    try db.rows(
      """
      SELECT id, title_id, asset_id, state, upload_id, source_path, source_name, failure_reason, duration_seconds,
        created_at, finished_at, options, playable_at,
        (SELECT SUM(weight * progress) / SUM(weight) FROM task WHERE job_id = job.id
          AND EXISTS (SELECT 1 FROM task AS last WHERE last.job_id = job.id AND last.kind = 'publish'))
      FROM job WHERE id < ? ORDER BY id DESC LIMIT ?
      """, before?.description ?? "job_~", limit, as: Self.job)
  }

  private static func job(_ row: SQLRow) throws -> EncodingJob {
    let state: JobState = try row.choice(3)
    // What was playable of a job that did not end well has been withdrawn.
    let playableAt = state == .failed || state == .cancelled ? nil : row.timeOrNil(12)
    return EncodingJob(
      id: try row.id(0), titleId: try row.id(1), state: state,
      progress: state == .succeeded ? 1 : min(0.999, row.double(13)),
      source: JobSource(uploadId: try row.idOrNil(4), path: row.textOrNil(5)), sourceName: row.textOrNil(6),
      options: try options(row, 11), assetId: playableAt == nil ? nil : try row.id(2), playableAt: playableAt,
      failureReason: row.textOrNil(7),
      durationSeconds: row.doubleOrNil(8), createdAt: row.time(9), finishedAt: row.timeOrNil(10))
  }

  private static func options(_ row: SQLRow, _ column: Int) throws -> JobOptions {
    try JSON.decode(JobOptions.self, from: Array(row.text(column).utf8))
  }

  /// Every asset that can be played, for the snapshot.
  func forEachPublished(in db: SQLSession, _ body: (AssetPublished) throws -> Void) throws {
    try db.forEach(
      """
      SELECT asset_id, title_id, id, duration_seconds,
        (SELECT MAX(height) FROM rendition WHERE rendition.job_id = job.id), state = 'succeeded'
      FROM job WHERE playable_at IS NOT NULL AND state IN ('running', 'succeeded') ORDER BY playable_at, id
      """
    ) { row in
      try body(
        AssetPublished(
          assetId: try row.id(0), titleId: try row.id(1), jobId: try row.id(2), durationSeconds: row.double(3),
          maxHeight: row.int(4), isComplete: row.bool(5)))
    }
  }
}
