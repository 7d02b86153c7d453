import Contract
import RecommendationsAPI
import StorageKit

extension ExperimentKind: SQLValue {}

/// All SQL about experiments.
enum ExperimentStore {
  static func add(_ experiment: Experiment, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO experiment (id, name, kind, share, arms, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      """, experiment.id, experiment.name, experiment.kind, experiment.share, try JSON.encode(experiment.arms),
      experiment.startedAt, experiment.endedAt)
  }

  static func end(_ id: ExperimentID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute("UPDATE experiment SET ended_at = ? WHERE id = ? AND ended_at IS NULL", now, id)
  }

  static func experiment(_ id: ExperimentID, in db: SQLSession) throws -> Experiment? {
    try db.first(
      "SELECT id, name, kind, share, arms, started_at, ended_at FROM experiment WHERE id = ?", id, as: read)
  }

  /// Served by `experiment_running`.
  static func running(in db: SQLSession) throws -> Experiment? {
    try db.first(
      """
      SELECT id, name, kind, share, arms, started_at, ended_at FROM experiment WHERE ended_at IS NULL LIMIT 1
      """, as: read)
  }

  /// The latest first: ids are in order of time.
  static func page(before id: ExperimentID?, limit: Int, in db: SQLSession) throws -> [Experiment] {
    try db.rows(
      """
      SELECT id, name, kind, share, arms, started_at, ended_at FROM experiment
      WHERE id < ? ORDER BY id DESC LIMIT ?
      """, id?.description ?? "f", limit, as: read)
  }

  private static func read(_ row: SQLRow) throws -> Experiment {
    Experiment(
      id: try row.id(0), name: row.text(1), kind: try row.choice(2), share: row.double(3),
      arms: try JSON.decode([ExperimentArm].self, from: row.blob(4)), startedAt: row.time(5), endedAt: row.timeOrNil(6))
  }
}
