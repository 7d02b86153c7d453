import Contract
import EncodingAPI
import StorageKit

/// All SQL about how long things take.
struct EstimateStore: Sendable {
  /// How much the latest task of a kind changes what is known of it.
  static let learning = 0.2

  /// A task of that kind and weight took so long.
  func learn(_ kind: TaskKind, weight: Double, seconds: Double, in db: SQLSession) throws {
    guard weight > 0, seconds > 0 else { return }
    // Work that is found done takes no time, and says nothing.
    let pace = seconds / weight
    guard (0.01...1000).contains(pace) else { return }
    try db.execute(
      """
      INSERT INTO pace (kind, seconds_per_weight) VALUES (?, ?)
      ON CONFLICT (kind) DO UPDATE
        SET seconds_per_weight = seconds_per_weight + ? * (excluded.seconds_per_weight - seconds_per_weight)
      """, kind.rawValue, pace, Self.learning)
  }

  func paces(in db: SQLSession) throws -> [TaskKind: Double] {
    let rows = try db.rows("SELECT kind, seconds_per_weight FROM pace ORDER BY kind LIMIT 100") { row in
      (TaskKind(rawValue: row.text(0)), row.double(1))
    }
    var paces: [TaskKind: Double] = [:]
    for case (let kind?, let pace) in rows { paces[kind] = pace }
    return paces
  }

  /// The job's tasks and their edges, in the order in which they are done; without the sweep, which nobody waits for.
  func nodes(of job: JobID, in db: SQLSession) throws -> [JobEstimate.Node] {
    var places: [EncodingTaskID: Int] = [:]
    var nodes: [JobEstimate.Node] = []
    try db.forEach(
      """
      SELECT id, kind, state, weight, attempt_progress, attempt_seconds FROM task
      WHERE job_id = ? AND kind <> 'sweep' ORDER BY rank, position LIMIT 5000
      """, job
    ) { row in
      places[try row.id(0)] = nodes.count
      nodes.append(
        JobEstimate.Node(
          kind: try row.choice(1), state: try row.choice(2), weight: row.double(3), progress: row.double(4),
          seconds: row.double(5)))
    }
    try db.forEach(
      """
      SELECT task_need.task_id, task_need.needs_id FROM task JOIN task_need ON task_need.task_id = task.id
      WHERE task.job_id = ? ORDER BY task_need.task_id LIMIT 100000
      """, job
    ) { row in
      guard let task = places[try row.id(0)], let need = places[try row.id(1)] else { return }
      nodes[task].needs.append(need)
    }
    return nodes
  }

  /// How much of all encoders the job can count on, by what the jobs that have not ended may claim.
  func share(of priority: JobPriority, in db: SQLSession) throws -> Double {
    let claims = try db.rows(
      """
      SELECT priority, COUNT(*) FROM job WHERE turn IS NOT NULL AND state IN ('queued', 'running')
      GROUP BY priority ORDER BY priority LIMIT 10
      """
    ) { row in FairShare.share(of: try row.choice(0)) * row.double(1) }
    let all = claims.reduce(0, +)
    return all > 0 ? min(1, FairShare.share(of: priority) / all) : 1
  }

  struct Demand: Sendable {
    var kind: TaskKind
    var ordinal: Int
    var capabilities: [String]
    var spaceBytes: Int
  }

  /// What the job's ready tasks ask for, those first that come first; empty while one of them is being done.
  func unmetDemands(of job: JobID, in db: SQLSession) throws -> [Demand] {
    try db.rows(
      """
      SELECT kind, ordinal, capabilities, space_bytes FROM task WHERE job_id = ? AND state = 'ready'
        AND NOT EXISTS (SELECT 1 FROM task AS other WHERE other.job_id = task.job_id AND other.state = 'leased')
      ORDER BY rank, position LIMIT 1000
      """, job
    ) { row in
      Demand(
        kind: try row.choice(0), ordinal: row.int(1),
        capabilities: try JSON.decode([String].self, from: Array(row.text(2).utf8)), spaceBytes: row.int(3))
    }
  }
}
