import Contract
import RecommendationsAPI
import StorageKit

/// All SQL about the versions of the model; their files are in a ``ModelFolder``.
enum ModelStore {
  /// A version, and where things stood when it was trained.
  struct Row: Sendable, Hashable {
    let version: ModelVersion
    let progress: LearningStore.Progress
  }

  /// Lines that are kept of what there was, beside those of models that can serve.
  private static let rowsKept = 200
  /// With those, which are fewer than any setting lets be kept.
  private static let rowsMaximum = 2 * rowsKept

  /// The number of the next model.
  static func nextNumber(in db: SQLSession) throws -> Int {
    (try db.first("SELECT MAX(number) FROM model_version", as: { $0.int(0) }) ?? 0) + 1
  }

  static func add(_ row: Row, in db: SQLSession) throws {
    let version = row.version
    try db.execute(
      """
      INSERT INTO model_version (
        number, state, trained_at, cause, profiles, titles, interactions, ndcg_at_100, held_out_profiles,
        rival, rival_ndcg_at_100, lead, lead_standard_error, ahead_at, training_cpu_seconds, changes, erasures,
        catalogue)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      version.version, version.state.rawValue, version.trainedAt, version.cause.rawValue, version.profiles,
      version.titles, version.interactions, version.ndcgAt100, version.heldOutProfiles, version.rival?.ranker.rawValue,
      version.rival?.ndcgAt100, version.rival?.lead, version.rival?.leadStandardError, version.aheadAt,
      version.trainingCpuSeconds, row.progress.changes, row.progress.erasures, row.progress.catalogue)
    try db.execute(
      "DELETE FROM model_version WHERE number <= ? AND state NOT IN ('published', 'notAhead')",
      version.version - rowsKept)
  }

  static func set(_ state: ModelVersion.State, of version: Int, in db: SQLSession) throws {
    try db.execute("UPDATE model_version SET state = ? WHERE number = ?", state.rawValue, version)
  }

  /// What served serves no more.
  static func withdrawPublished(in db: SQLSession) throws {
    try db.execute("UPDATE model_version SET state = 'notAhead' WHERE state = 'published'")
  }

  /// The latest first.
  static func all(in db: SQLSession) throws -> [Row] {
    try db.rows(
      """
      SELECT number, state, trained_at, cause, profiles, titles, interactions, ndcg_at_100, held_out_profiles,
        rival, rival_ndcg_at_100, lead, lead_standard_error, ahead_at, training_cpu_seconds, changes, erasures,
        catalogue
      FROM model_version ORDER BY number DESC LIMIT ?
      """, rowsMaximum, as: row)
  }

  private static func row(_ row: SQLRow) throws -> Row {
    Row(
      version: ModelVersion(
        version: row.int(0), state: try row.choice(1), cause: try row.choice(3), trainedAt: row.time(2),
        profiles: row.int(4), titles: row.int(5), interactions: row.int(6), ndcgAt100: row.double(7),
        heldOutProfiles: row.int(8), rival: try rival(row), aheadAt: row.timeOrNil(13),
        trainingCpuSeconds: row.double(14)),
      progress: LearningStore.Progress(changes: row.int(15), erasures: row.int(16), catalogue: row.int(17)))
  }

  private static func rival(_ row: SQLRow) throws -> ModelVersion.Rival? {
    guard let ranker: RankerKind = try row.choiceOrNil(9) else { return nil }
    return ModelVersion.Rival(
      ranker: ranker, ndcgAt100: row.double(10), lead: row.double(11), leadStandardError: row.double(12))
  }

  // MARK: - What operators hold on to

  static func pinned(in db: SQLSession) throws -> Int? {
    try db.first("SELECT pinned_model FROM learning WHERE only = 1 AND pinned_model > 0", as: { $0.int(0) })
  }

  /// Nil releases.
  static func pin(_ version: Int?, in db: SQLSession) throws {
    try db.execute("UPDATE learning SET pinned_model = ? WHERE only = 1", version ?? 0)
  }
}
