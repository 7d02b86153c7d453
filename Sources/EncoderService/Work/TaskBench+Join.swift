import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func join() async throws -> TaskOutput {
    let plan = try plan()
    let rung = plan.rungs[min(work.ordinal, plan.rungs.count - 1)]
    let joining = ChunkJoining(rung: rung, frameRate: plan.frameRate)
    let chunks = folders(.encode)
    let folders = WorkFolders(staging: staging, output: draft)
    let seen = tools.seen(folders)
    try TextFile.write(
      joining.list(staging: seen.staging ?? "", folders: chunks), to: "\(draft)/\(ChunkJoining.listName)")
    try await tools.mustRun(
      .ffmpeg, on: folders, reportsProgress: true, doing: "joining chunks", onLine: frameMeter(plan.frameCount)
    ) { _ in joining.arguments(list: ChunkJoining.listName) }
    let found = MP4Index(path: "\(draft)/\(ChunkEncoding.fileName(rung))")
    guard let joined = found, joined.sampleCount == plan.frameCount else {
      throw EncodingFault.wrongResult(
        "Joined, \(rung.name) has \(found?.sampleCount ?? 0) pictures of \(plan.frameCount).")
    }
    guard abs(joined.durationSeconds - plan.durationSeconds) < 0.0005 else {
      throw EncodingFault.wrongResult(
        "Joined, \(rung.name) lasts \(joined.durationSeconds) s where \(plan.durationSeconds) s were expected.")
    }
    return TaskOutput()
  }
}
