import Contract
import EncodingAPI
import StorageKit

/// All SQL about what lies in the media store and who needs it.
struct StoreClaimStore: Sendable {
  /// After a job has ended its encoders may still be at work for so long.
  var stagingGraceSeconds: Double
  /// What was taken back is played on for so long by those who had begun.
  var withdrawnGraceSeconds: Double

  func verdict(on finds: StoreFinds, at now: Timestamp, in db: SQLSession) throws -> StoreVerdict {
    var verdict = StoreVerdict()
    for id in finds.jobs {
      switch try end(ofJob: id, in: db) {
      case nil: verdict.unknownJobs.append(id)
      case .some(let end?) where end.adding(seconds: stagingGraceSeconds) <= now: verdict.endedJobs.append(id)
      default: break
      }
    }
    for id in finds.assets {
      switch try end(ofUnpublished: id, in: db) {
      case nil: verdict.unknownAssets.append(id)
      case .some(let end?) where end.adding(seconds: withdrawnGraceSeconds) <= now:
        verdict.unpublishedAssets.append(id)
      default: break
      }
    }
    verdict.endedLeases = try finds.leases.filter { try !isOpen($0, in: db) }
    return verdict
  }

  /// Nil where there is no such job, nil within where it has not ended, or failed and has not been swept: then it may
  /// go on from what it made, and what a check did not pass is kept to be looked at.
  private func end(ofJob id: JobID, in db: SQLSession) throws -> Timestamp?? {
    try db.first(
      """
      SELECT CASE WHEN state <> 'failed' OR NOT EXISTS (
        SELECT 1 FROM task WHERE job_id = job.id AND kind = 'sweep' AND state IN ('blocked', 'ready', 'leased'))
      THEN finished_at END FROM job WHERE id = ?
      """, id
    ) { $0.timeOrNil(0) }
  }

  /// Nil where there is no such asset, nil within where it is published or still may be.
  private func end(ofUnpublished id: AssetID, in db: SQLSession) throws -> Timestamp?? {
    try db.first(
      "SELECT CASE WHEN state IN ('failed', 'cancelled') THEN finished_at END FROM job WHERE asset_id = ?", id
    ) { $0.timeOrNil(0) }
  }

  private func isOpen(_ token: Int, in db: SQLSession) throws -> Bool {
    try db.first("SELECT 1 FROM lease WHERE token = ? AND ended_at IS NULL", token) { _ in true } ?? false
  }
}
