import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func join() async throws -> TaskOutput {
    let plan = try plan()
    try await join(plan.rungs[min(work.ordinal, plan.rungs.count - 1)], frameCount: plan.frameCount, into: draft)
    return TaskOutput()
  }

  /// The chunks of a rung made one file in `folder`, which must come out with `frameCount` pictures.
  func join(_ rung: Rung, frameCount: Int, into folder: String) async throws {
    let plan = try plan()
    let joining = ChunkJoining(rung: rung, frameRate: plan.frameRate)
    let work = WorkFolders(staging: staging, output: folder)
    let list = joining.list(staging: tools.seen(work).staging ?? "", folders: folders(.encode))
    try TextFile.write(list, to: "\(folder)/\(ChunkJoining.listName)")
    try await tools.mustRun(
      .ffmpeg, on: work, reportsProgress: true, doing: "joining chunks", onLine: frameMeter(frameCount)
    ) { _ in joining.arguments(list: ChunkJoining.listName) }
    let found = MP4Index(path: "\(folder)/\(ChunkEncoding.fileName(rung))")
    guard let joined = found, joined.sampleCount == frameCount else {
      throw EncodingFault.wrongResult(
        "Joined, \(rung.name) has \(found?.sampleCount ?? 0) pictures of \(frameCount).")
    }
    let seconds = plan.frameRate.seconds(ofFrames: frameCount)
    guard abs(joined.durationSeconds - seconds) < 0.0005 else {
      throw EncodingFault.wrongResult(
        "Joined, \(rung.name) lasts \(joined.durationSeconds) s where \(seconds) s were expected.")
    }
  }
}
