import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  /// Looks at windows of one joined rung beside its source.
  func measureQuality() async throws -> TaskOutput {
    let plan = try plan()
    let rung = plan.rungs[min(work.ordinal, plan.rungs.count - 1)]
    let joined = "\(try folder(.join))/\(ChunkEncoding.fileName(rung))"
    let windows = work.windows ?? [PictureRange(first: 0, count: plan.frameCount)]
    var seen = Comparison()
    var thumbnails = Thumbnails(stepSeconds: plan.frameRate.seconds(ofFrames: QualityMeasuring.step(plan.frameRate)))
    for (number, window) in windows.enumerated() {
      let part = try await compare(
        window, at: plan.comparisonSize ?? PictureSize(width: rung.width, height: rung.height), with: joined,
        in: staging, resultFirst: window.first)
      seen.ssim.add(part.ssim)
      seen.vmaf.add(part.vmaf)
      thumbnails.runs += part.runs
      progress(Double(number + 1) / Double(windows.count))
    }
    guard let ssim = seen.ssim.statistics(plan.frameRate, places: 4) else {
      throw EncodingFault.transient("No picture of \(rung.name) could be compared with the source.")
    }
    let measured = windows.reduce(0) { $0 + plan.frameRate.seconds(ofFrames: $1.count) }
    let vmaf = seen.vmaf.statistics(plan.frameRate, places: 2)
    return TaskOutput {
      $0.quality = RenditionQuality(
        measuredSeconds: measured.rounded(places: 2), ssim: ssim, vmaf: vmaf, likeness: thumbnails.likeness)
    }
  }

  struct Comparison: Sendable {
    var ssim = QualityScores()
    var vmaf = QualityScores()
    var runs: [Thumbnails.Run] = []
  }

  /// The film beside `result`, a file in `folder` whose picture `resultFirst` is the window's first.
  func compare(
    _ window: PictureRange, at size: PictureSize, with result: String, in folder: String, resultFirst: Int
  ) async throws -> Comparison {
    let plan = try plan()
    let measuring = QualityMeasuring(
      frameRate: plan.frameRate, window: window, size: size, hasVMAF: tools.hasVMAF,
      isFullRange: plan.colour.isFullRange,
      firstPictureSeconds: folders(.conform).isEmpty ? plan.firstPictureSeconds : 0, limits: limits)
    let scratch = "\(draft)/.compared"
    try FolderMediaStore.makeFolders(scratch)
    var places = picture
    places.staging = folder
    places.output = scratch
    try await tools.mustRun(
      tools.hasVMAF ? .vmaf : .ffmpeg, on: places, reportsProgress: true, doing: "comparing with the source"
    ) {
      measuring.arguments(
        source: $0.source ?? "", result: "\($0.staging ?? "")/\(result)", resultFirst: resultFirst)
    }
    func thumbnails(_ name: String) -> [[UInt8]] {
      Thumbnails.pictures(FileManager.default.contents(atPath: "\(scratch)/\(name)").map { Array($0) } ?? [])
    }
    var seen = Comparison()
    seen.ssim.addSSIM(try TextFile.read("\(scratch)/\(QualityMeasuring.ssimName)"), from: window.first)
    if tools.hasVMAF {
      seen.vmaf.addVMAF(try TextFile.read("\(scratch)/\(QualityMeasuring.vmafName)"), from: window.first)
    }
    seen.runs = [
      Thumbnails.Run(
        firstSeconds: plan.frameRate.seconds(ofFrames: window.first),
        source: thumbnails(QualityMeasuring.sourceThumbnails), result: thumbnails(QualityMeasuring.resultThumbnails))
    ]
    try FileManager.default.removeItem(atPath: scratch)
    return seen
  }
}
