import Contract
import EncodingAPI
import StorageKit

/// An encoder as it was last written down.
struct WorkerRecord: Sendable {
  var name: String
  var state: WorkerState
  var facts: WorkerFacts
  var firstSeenAt: Timestamp
  var lastSeenAt: Timestamp
  /// What it holds.
  var job: JobID?
  var task: EncodingTaskID?
}

/// All SQL about workers.
struct WorkerStore: Sendable {
  static let mostWorkers = 1000

  /// Writes down what it says of itself; a new one is active. False where there are too many.
  @discardableResult
  func put(_ name: String, _ facts: WorkerFacts, at now: Timestamp, in db: SQLSession) throws -> Bool {
    try db.execute(
      """
      INSERT INTO worker (name, state, facts, first_seen_at, last_seen_at)
      SELECT ?, 'active', ?, ?, ? WHERE (SELECT COUNT(*) FROM worker WHERE name <> ?) < ?
      ON CONFLICT (name) DO UPDATE SET facts = excluded.facts, last_seen_at = excluded.last_seen_at
      """, name, try TaskStore.text(facts), now, now, name, Self.mostWorkers) == 1
  }

  func state(of name: String, in db: SQLSession) throws -> WorkerState? {
    try db.first("SELECT state FROM worker WHERE name = ?", name) { try $0.choice(0) }
  }

  /// False where it is not known.
  func setState(_ state: WorkerState, of name: String, in db: SQLSession) throws -> Bool {
    try db.execute("UPDATE worker SET state = ? WHERE name = ?", state.rawValue, name) == 1
  }

  func forget(_ name: String, in db: SQLSession) throws {
    try db.execute("DELETE FROM worker WHERE name = ?", name)
  }

  /// By name; all, or the one of that name.
  func workers(named name: String? = nil, in db: SQLSession) throws -> [WorkerRecord] {
    try db.rows(
      """
      SELECT worker.name, worker.state, worker.facts, worker.first_seen_at, worker.last_seen_at, task.job_id, task.id
      FROM worker LEFT JOIN lease ON lease.encoder = worker.name AND lease.ended_at IS NULL
        LEFT JOIN task ON task.id = lease.task_id
      WHERE worker.name = COALESCE(?, worker.name) ORDER BY worker.name, lease.token LIMIT ?
      """, name, Self.mostWorkers
    ) { row in
      WorkerRecord(
        name: row.text(0), state: try row.choice(1),
        facts: try JSON.decode(WorkerFacts.self, from: Array(row.text(2).utf8)), firstSeenAt: row.time(3),
        lastSeenAt: row.time(4), job: try row.idOrNil(5), task: try row.idOrNil(6))
    }
  }
}
