import Contract
import EncodingAPI
import StorageKit

/// All SQL about whose turn it is; see ``FairShare``.
struct TurnStore: Sendable {
  /// The job was given a task of that weight.
  func serve(_ job: JobID, weight: Double, in db: SQLSession) throws {
    let found = try db.first("SELECT turn, priority FROM job WHERE id = ?", job) { row in
      (turn: row.double(0), priority: try row.choice(1, as: JobPriority.self))
    }
    guard let found else { return }
    let (present, next) = FairShare.serve(
      turn: found.turn, present: try present(in: db), weight: weight, priority: found.priority)
    try db.execute("UPDATE job SET turn = ? WHERE id = ?", next, job)
    try db.execute("UPDATE present_turn SET turn = ? WHERE only = 1", present)
  }

  /// It has something to do again, or at another priority: at the present turn, if its own were later.
  func rejoin(_ job: JobID, in db: SQLSession) throws {
    try db.execute("UPDATE job SET turn = MIN(COALESCE(turn, 0), ?) WHERE id = ?", try present(in: db), job)
  }

  /// The job has no turn any more if nothing is left to be done for it.
  func leave(_ job: JobID, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE job SET turn = NULL WHERE id = ? AND NOT EXISTS (
        SELECT 1 FROM task WHERE task.job_id = job.id AND task.state IN ('blocked', 'ready', 'leased'))
      """, job)
  }

  private func present(in db: SQLSession) throws -> Double {
    try db.first("SELECT turn FROM present_turn WHERE only = 1") { $0.double(0) } ?? 0
  }
}
