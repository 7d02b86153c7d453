import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func conform() async throws -> TaskOutput {
    guard let rate = work.conformTo else { throw EncodingFault.wrongResult("A conform task without a rate.") }
    let conforming = Conforming(
      frameRate: rate, isInterlaced: work.deinterlaces ?? false, colour: work.colour, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: WorkFolders(source: work.source.path, output: draft), reportsProgress: true,
      onLine: frameMeter(work.frameCount ?? 1)
    ) { conforming.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "the film was conformed")
    guard let index = MP4Index(path: "\(draft)/\(Conforming.fileName)"), index.sampleCount > 0 else {
      throw EncodingFault.refused("No picture of the film can be decoded; the file is damaged.")
    }
    return TaskOutput { $0.frameCount = index.sampleCount }
  }
}
