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
    var ssim = QualityScores()
    var vmaf = QualityScores()
    let step = QualityMeasuring.step(plan.frameRate)
    var thumbnails = Thumbnails(stepSeconds: plan.frameRate.seconds(ofFrames: step))
    for (number, window) in windows.enumerated() {
      let folder = "\(draft)/\(number)"
      try FolderMediaStore.makeFolders(folder)
      let seen = try await compare(window, rung: rung, joined: joined, in: folder, share: (number, windows.count))
      ssim.addSSIM(try TextFile.read("\(folder)/\(QualityMeasuring.ssimName)"), from: window.first)
      if tools.hasVMAF {
        vmaf.addVMAF(try TextFile.read("\(folder)/\(QualityMeasuring.vmafName)"), from: window.first)
      }
      thumbnails.runs.append(seen)
      try FileManager.default.removeItem(atPath: folder)
    }
    guard let similarity = ssim.statistics(plan.frameRate, places: 4) else {
      throw EncodingFault.transient("No picture of \(rung.name) could be compared with the source.")
    }
    let measured = windows.reduce(0) { $0 + plan.frameRate.seconds(ofFrames: $1.count) }
    return TaskOutput {
      $0.quality = RenditionQuality(
        measuredSeconds: measured.rounded(places: 2), ssim: similarity,
        vmaf: vmaf.statistics(plan.frameRate, places: 2), likeness: thumbnails.likeness)
    }
  }

  private func compare(
    _ window: PictureRange, rung: Rung, joined: String, in folder: String, share: (number: Int, of: Int)
  ) async throws -> Thumbnails.Run {
    let plan = try plan()
    let best = plan.comparisonSize ?? PictureSize(width: rung.width, height: rung.height)
    let measuring = QualityMeasuring(
      frameRate: plan.frameRate, window: window, size: best, hasVMAF: tools.hasVMAF,
      firstPictureSeconds: folders(.conform).isEmpty ? plan.firstPictureSeconds : 0, limits: limits)
    let meter = frameMeter(window.count)
    var places = picture
    places.staging = staging
    places.output = folder
    try await tools.mustRun(
      tools.hasVMAF ? .vmaf : .ffmpeg, on: places, reportsProgress: true, doing: "comparing with the source",
      onLine: meter
    ) {
      measuring.arguments(
        source: $0.source ?? "", result: "\($0.staging ?? "")/\(joined)", resultFirst: window.first)
    }
    progress(Double(share.number + 1) / Double(share.of))
    func thumbnails(_ name: String) -> [[UInt8]] {
      Thumbnails.pictures(FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) } ?? [])
    }
    return Thumbnails.Run(
      firstSeconds: plan.frameRate.seconds(ofFrames: window.first),
      source: thumbnails(QualityMeasuring.sourceThumbnails), result: thumbnails(QualityMeasuring.resultThumbnails))
  }
}
