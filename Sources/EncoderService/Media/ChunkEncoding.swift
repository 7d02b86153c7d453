import EncodingAPI

/// One chunk of the film at every rung of one codec: decoded once, split, each encoder on one thread.
///
/// The rules of the seam, each there because its absence failed unseen: cut half a picture early, having sought
/// further back still (``PictureCut``); number the pictures anew; pass them through as they come; one fixed timescale,
/// of the file's own clock too (with its usual milliseconds a gap opens at every seam); closed groups of one length.
struct ChunkEncoding: Sendable {
  var plan: FilmPlan
  var codec: VideoCodec = .h264
  var firstFrame: Int
  var frameCount: Int
  /// Seconds from the input's start to its first picture.
  var firstPictureSeconds: Double
  var limits: SourceLimits

  static func fileName(_ rung: Rung) -> String { "\(rung.name).mp4" }

  /// Writes `<rung>.mp4` for each rung into the working folder.
  func arguments(input: String) -> [String] {
    FFmpegArguments.quiet + ["-y", "-threads", "1", "-filter_complex_threads", "1"] + cut.seek
      + FFmpegArguments.input(input, limits: limits)
      + ["-filter_complex", filter] + rungs.indices.flatMap(output)
  }

  private var rungs: [Rung] { plan.rungs(of: codec) }

  private var cut: PictureCut {
    PictureCut(frameRate: plan.frameRate, first: firstFrame, firstPictureSeconds: firstPictureSeconds)
  }

  private var filter: String {
    let branches = rungs.indices.map { "[s\($0)]" }.joined()
    let scales = rungs.enumerated().map { index, rung in
      "[s\(index)]scale=\(rung.width):\(rung.height):flags=bicubic\(range),setsar=1,format=yuv420p[r\(index)]"
    }
    return (["[0:v:0]\(cut.filter),split=\(rungs.count)\(branches)"] + scales)
      .joined(separator: ";")
  }

  private var range: String { plan.colour.isFullRange ? ":in_range=pc:out_range=tv" : "" }

  private func output(_ index: Int) -> [String] {
    let rung = rungs[index]
    return [
      "-map", "[r\(index)]", "-frames:v", "\(frameCount)", "-fps_mode", "passthrough", "-an", "-sn", "-dn",
      "-map_metadata", "-1", "-fflags", "+bitexact",
    ] + VideoCompression.arguments(rung, plan: plan, isBeginning: firstFrame == 0) + [
      "-color_primaries", plan.colour.primaries, "-color_trc", plan.colour.transfer, "-colorspace", plan.colour.matrix,
      "-color_range", "tv",
      "-video_track_timescale", "\(plan.frameRate.timescale)", "-movie_timescale", "\(plan.frameRate.timescale)",
      "-f", "mp4", Self.fileName(rung),
    ]
  }
}

/// The chunks of one rung made one, without touching a picture.
struct ChunkJoining: Sendable {
  var rung: Rung
  var frameRate: FrameRate
  static let listName = "chunks.txt"

  /// The concat demuxer's list; `folders` are the chunks' outputs in order.
  func list(staging: String, folders: [String]) -> String {
    "ffconcat version 1.0\n"
      + folders.map { "file '\(staging)/\($0)/\(ChunkEncoding.fileName(rung))'\n" }.joined()
  }

  func arguments(list: String) -> [String] {
    FFmpegArguments.quiet + [
      "-y", "-protocol_whitelist", "file", "-format_whitelist", "concat,mov", "-safe", "0", "-f", "concat", "-i", list,
      "-map", "0:v:0", "-c", "copy", "-map_metadata", "-1", "-fflags", "+bitexact",
      "-video_track_timescale", "\(frameRate.timescale)", "-movie_timescale", "\(frameRate.timescale)", "-f", "mp4",
      ChunkEncoding.fileName(rung),
    ]
  }
}
