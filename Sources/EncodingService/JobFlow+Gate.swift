import Contract
import EncodingAPI
import StorageKit

/// The gate before publishing: encoders measure and look, here it is judged.
extension JobFlow {
  func judge(
    _ job: JobRecord, _ task: TaskRecord, _ output: TaskOutput, at now: Timestamp, in db: SQLSession
  ) throws {
    guard let quality = output.quality, let rungs = task.work.plan?.rungs, rungs.indices.contains(task.work.ordinal)
    else { return try fail(job, reason: "The encoder measured nothing.", at: now, in: db) }
    try renditions.setQuality(quality, ofRung: task.work.ordinal, of: job.id, in: db)
    let joined = try tasks.output(.join, task.work.ordinal, of: job.id, in: db)?.folder
    try pass(
      [gate.judge(quality, of: rungs[task.work.ordinal])], of: job, evidence: joined.map { [$0] } ?? [], at: now, in: db
    )
  }

  /// The first that is not passed fails the job and is its reason; what there is to look at is kept for a while.
  func pass(
    _ results: [CheckResult], of job: JobRecord, evidence outputs: [String], at now: Timestamp, in db: SQLSession
  ) throws {
    var results = results
    for index in results.indices where !results[index].passed {
      results[index].evidence = outputs.map { ".staging/\(job.id)/\($0)" }
    }
    try renditions.add(results, to: job.id, in: db)
    guard let failed = results.first(where: { !$0.passed }) else { return }
    // `quality 720p` is one check of the kind `quality`.
    let kind = failed.check.split(separator: " ").first ?? "gate"
    try fail(job, reason: "Check \(kind): \(failed.detail).", keeping: outputs, at: now, in: db)
  }
}
