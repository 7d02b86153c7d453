import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  /// One window of the film at each size and rate factor of the plan's rungs, and what each came to.
  func sample() async throws -> TaskOutput {
    let plan = try plan()
    guard let first = work.firstFrame, let count = work.frameCount else {
      throw EncodingFault.wrongResult("A sample task without a window.")
    }
    let chunk = ChunkEncoding(
      plan: plan, firstFrame: first, frameCount: count,
      firstPictureSeconds: folders(.conform).isEmpty ? plan.firstPictureSeconds : 0, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: picture, reportsProgress: true, onLine: frameMeter(count * 3)
    ) { chunk.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "the film was sampled")
    var points: [CurvePoint] = []
    for (number, rung) in plan.rungs.enumerated() {
      points.append(try await point(rung, PictureRange(first: first, count: count), plan))
      progress(1.0 / 3 + 2.0 / 3 * Double(number + 1) / Double(plan.rungs.count))
    }
    return TaskOutput { $0.curve = points }
  }

  /// The sample itself goes: what it came to is what is kept.
  private func point(_ rung: Rung, _ window: PictureRange, _ plan: FilmPlan) async throws -> CurvePoint {
    let file = ChunkEncoding.fileName(rung)
    guard let index = MP4Index(path: "\(draft)/\(file)"), index.sampleCount == window.count else {
      throw EncodingFault.wrongResult(
        "The film cannot be decoded from picture \(window.first) on: the file is damaged there. Export it again.")
    }
    let seen = try await compare(
      window, at: plan.comparisonSize ?? PictureSize(width: rung.width, height: rung.height), with: file, in: draft,
      resultFirst: 0)
    try FileManager.default.removeItem(atPath: "\(draft)/\(file)")
    guard let ssim = seen.ssim.statistics(plan.frameRate, places: 4) else {
      throw EncodingFault.transient("No picture of a sample could be compared with the source.")
    }
    let kbps = Double(index.sampleBytes) * 8 / plan.frameRate.seconds(ofFrames: window.count) / 1000
    return CurvePoint(
      width: rung.width, height: rung.height, constantRateFactor: rung.constantRateFactor,
      kbps: kbps.rounded(places: 1), ssim: ssim.mean, vmaf: seen.vmaf.statistics(plan.frameRate, places: 2)?.mean)
  }
}
