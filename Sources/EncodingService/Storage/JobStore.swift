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
  /// Those that `options.subtitles` names, in that order.
  var sideCarFiles: [SourceFile] = []
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
  /// Grows with each change of the job or of one of its tasks.
  var revision: Int
}

/// All SQL about jobs.
struct JobStore: Sendable {
  static let longestPage = 100

  func insert(_ request: JobRequest, id: JobID, asset: AssetID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO job (id, title_id, asset_id, upload_id, source_path, source_name, file_path, file_fingerprint,
        file_bytes, options, priority, turn, state, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'queued', ?)
      """,
      id, request.titleId, asset, request.source.uploadId, request.source.path, request.sourceName, request.file.path,
      request.file.fingerprint, request.file.bytes, String(decoding: try JSON.encode(request.options), as: UTF8.self),
      (request.options.priority ?? .normal).rawValue, now)
  }

  func record(_ id: JobID, in db: SQLSession) throws -> JobRecord? {
    try db.first(
      """
      SELECT id, title_id, asset_id, state, file_path, file_fingerprint, options, priority, duration_seconds,
        playable_at, revision, file_bytes
      FROM job WHERE id = ?
      """, id
    ) { row in
      JobRecord(
        id: try row.id(0), titleId: try row.id(1), assetId: try row.id(2), state: try row.choice(3),
        file: SourceFile(path: row.text(4), fingerprint: row.text(5), bytes: row.intOrNil(11)),
        options: try Self.options(row, 6, priority: 7),
        durationSeconds: row.doubleOrNil(8), playableAt: row.timeOrNil(9), revision: row.int(10))
    }
  }

  func begin(_ id: JobID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute("UPDATE job SET state = 'running', started_at = ? WHERE id = ? AND state = 'queued'", now, id)
  }

  /// False where it has not failed.
  func reopen(_ id: JobID, in db: SQLSession) throws -> Bool {
    try db.execute(
      """
      UPDATE job SET state = 'running', failure_reason = NULL, finished_at = NULL, playable_at = NULL
      WHERE id = ? AND state = 'failed'
      """, id) == 1
  }

  func setPriority(_ priority: JobPriority, of id: JobID, in db: SQLSession) throws {
    try db.execute("UPDATE job SET priority = ? WHERE id = ?", priority.rawValue, id)
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

  /// Every asset that can be played, for the snapshot.
  func forEachPublished(in db: SQLSession, _ body: (AssetPublished) throws -> Void) throws {
    try db.forEach(
      """
      SELECT asset_id, title_id, id, duration_seconds,
        (SELECT MAX(height) FROM rendition WHERE rendition.job_id = job.id), state = 'succeeded',
        (SELECT tracks FROM job_film WHERE job_film.job_id = job.id)
      FROM job WHERE playable_at IS NOT NULL AND state IN ('running', 'succeeded') ORDER BY playable_at, id
      """
    ) { row in
      try body(
        AssetPublished(
          assetId: try row.id(0), titleId: try row.id(1), jobId: try row.id(2), durationSeconds: row.double(3),
          maxHeight: row.int(4), isComplete: row.bool(5),
          tracks: try row.textOrNil(6).map { try JSON.decode(AssetTracks.self, from: Array($0.utf8)).choices }))
    }
  }

  /// The priority is a column of its own, for it can be changed.
  static func options(_ row: SQLRow, _ column: Int, priority: Int) throws -> JobOptions {
    var options = try JSON.decode(JobOptions.self, from: Array(row.text(column).utf8))
    options.priority = try row.choice(priority)
    return options
  }
}
