import EncodingAPI

/// From what ffprobe reports to what is believed of the film, or why it is refused. Pure.
struct SourceJudgement: Sendable {
  var limits: SourceLimits

  /// Containers in which a seek lands exactly where asked. In a transport stream it lands after the asked-for key
  /// picture and whole groups are lost; AVI has no presentation times at all.
  static let exactContainers: Set<String> = ["mov", "mp4", "matroska", "webm"]

  func facts(_ report: ProbeReport, times: PictureTimes, complaints: String) throws -> SourceFacts {
    let video = try acceptedVideo(report)
    guard let size = video.shownSize else { throw EncodingFault.refused("The film's size in pixels is not known.") }
    let ascending = times.ascending
    try refuseIncomplete(report, times: ascending, uncounted: times.countWithoutTime, complaints: complaints)

    let container = report.format?.format_name ?? "unknown"
    let rate = FrameClock.constantRate(of: ascending, declared: video.declaredRates)
    let fileStart = report.format?.start_time.flatMap { Double($0) } ?? 0
    var facts = SourceFacts(
      container: container, videoCodec: video.codec_name ?? "unknown", width: size.width, height: size.height,
      frameRate: rate ?? FrameClock.nearestStandardRate(of: ascending),
      frameCount: ascending.count + times.countWithoutTime,
      firstPictureSeconds: (ascending.first ?? fileStart) - fileStart,
      conformReason: conformReason(video, container: container, rate: rate, times: times),
      isInterlaced: video.isInterlaced, audio: TrackJudgement().audio(report.audioStreams))
    facts.colour = video.colour
    facts.rotationDegrees = video.rotationDegrees
    facts.pixelAspect = video.oddPixelAspect
    facts.subtitles = TrackJudgement().subtitles(report.subtitleStreams)
    guard facts.durationSeconds <= limits.durationSeconds else {
      throw EncodingFault.refused(
        "The film lasts \(Int(facts.durationSeconds)) s; up to \(Int(limits.durationSeconds)) s are accepted.")
    }
    return facts
  }

  private func acceptedVideo(_ report: ProbeReport) throws -> ProbeReport.Stream {
    guard let video = report.videoStream else {
      let holds = report.audioStreams.isEmpty ? "no pictures and no sound" : "sound but no pictures"
      throw EncodingFault.refused("The file holds \(holds): it is not a film.")
    }
    guard let width = video.width, let height = video.height, width > 0, height > 0 else {
      throw EncodingFault.refused("The pictures in the file cannot be read; it may be damaged. Export it again.")
    }
    // Divided, not multiplied: the product of hostile numbers may overflow.
    guard width <= limits.pixels / height else {
      throw EncodingFault.refused(
        "The film's pictures are \(width)×\(height): more than the \(limits.pixels) pixels that are accepted.")
    }
    guard min(width, height) >= SourceLimits.fewestPixelsOfASide else {
      throw EncodingFault.refused("The film's pictures are only \(width)×\(height) pixels.")
    }
    if video.isDolbyVisionAlone {
      throw EncodingFault.refused(
        "The film is in Dolby Vision without a picture for other screens (profile 5), which cannot be converted. "
          + "Send a master in HDR10, HLG or standard dynamic range.")
    }
    return video
  }

  private func refuseIncomplete(
    _ report: ProbeReport, times: [Double], uncounted: Int, complaints: String
  ) throws {
    guard times.count + uncounted > 0 else {
      throw EncodingFault.refused("The file holds no pictures; it may have been cut short. Send it again.")
    }
    if complaints.contains("partial file") || complaints.contains("File ended prematurely") {
      throw EncodingFault.refused(
        "The file ends in the middle of its data: it was cut short. Send the whole file again.")
    }
    let fileStart = report.format?.start_time.flatMap { Double($0) } ?? 0
    if let promised = report.format?.duration.flatMap({ Double($0) }), let last = times.last,
      promised - (last - fileStart) > max(2, promised * 0.02), report.audioStreams.isEmpty
    {
      throw EncodingFault.refused(
        "The pictures end after \(Int(last - fileStart)) s of the \(Int(promised)) s that the file promises: "
          + "it was cut short. Send the whole file again.")
    }
    if let first = times.first, let last = times.last, times.count > 1,
      Double(times.count - 1) / max(last - first, 1e-9) > limits.framesPerSecond
    {
      throw EncodingFault.refused("The file claims more than \(Int(limits.framesPerSecond)) pictures a second.")
    }
  }

  private func conformReason(
    _ video: ProbeReport.Stream, container: String, rate: FrameRate?, times: PictureTimes
  ) -> String? {
    guard let rate else { return "its frame rate varies" }
    if rate.framesPerSecond > FrameClock.fastest.framesPerSecond + 0.01 {
      return "it has more than 60 pictures a second"
    }
    if video.isInterlaced { return "it is interlaced" }
    if let reason = video.colour.conversionReason { return reason }
    if times.countWithoutTime > 0 { return "some pictures have no time" }
    let names = container.split(separator: ",").map(String.init)
    if Self.exactContainers.isDisjoint(with: names) { return "its container cannot be cut exactly" }
    return nil
  }
}
