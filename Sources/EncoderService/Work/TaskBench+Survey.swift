import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func survey() async throws -> TaskOutput {
    let plan = try plan()
    let surveying = Surveying(plan: plan, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: picture, reportsProgress: true, onLine: frameMeter(plan.frameCount)
    ) { surveying.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "the film was surveyed")
    for sheet in 0..<surveying.sheetCount where TextFile.size("\(draft)/\(Surveying.sheetName(sheet))") ?? 0 == 0 {
      throw EncodingFault.wrongResult("The storyboard came out without sheet \(sheet + 1) of \(surveying.sheetCount).")
    }
    try TextFile.write(surveying.storyboard, to: "\(draft)/\(MediaLayout.storyboard)")
    return TaskOutput()
  }
}
