import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func encode() async throws -> TaskOutput {
    let plan = try plan()
    guard let first = work.firstFrame, let count = work.frameCount else {
      throw EncodingFault.wrongResult("An encode task without a chunk.")
    }
    let codec = work.codec ?? .h264
    let chunk = ChunkEncoding(
      plan: plan, codec: codec, firstFrame: first, frameCount: count,
      firstPictureSeconds: folders(.conform).isEmpty ? plan.firstPictureSeconds : 0, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: picture, reportsProgress: true, onLine: frameMeter(count)
    ) { chunk.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "pictures \(first) to \(first + count) were encoded")
    for rung in plan.rungs(of: codec) {
      let index = MP4Index(path: "\(draft)/\(ChunkEncoding.fileName(rung))")
      guard index?.sampleCount == count else {
        throw EncodingFault.wrongResult(
          "The film has only \(index?.sampleCount ?? 0) of \(count) pictures from number \(first) on that can be "
            + "decoded: the file is damaged there or was cut short. Export it again.")
      }
    }
    return TaskOutput()
  }
}
