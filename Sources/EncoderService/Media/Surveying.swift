import EncodingAPI

/// One reading of the whole film beside the encoding: how much each picture differs from the one before (so that the
/// result can be held against the source), a poster, and the storyboard for scrubbing.
struct Surveying: Sendable {
  var plan: FilmPlan
  var limits: SourceLimits

  static let scoresName = "scores.txt"
  static let posterWidth = 1280
  static let tileLongSide = 160
  static let tilesAcross = 5
  static let tilesDown = 4
  /// `thumbnail` holds so many pictures at once to choose from.
  static let posterCandidates = 60

  func arguments(input: String) -> [String] {
    FFmpegArguments.quiet + ["-y", "-threads", "1", "-filter_complex_threads", "1"]
      + FFmpegArguments.input(input, limits: limits)
      + [
        "-filter_complex", filter,
        "-map", "[scores]", "-fps_mode", "passthrough", "-f", "null", "-",
        "-map", "[board]", "-fps_mode", "passthrough", "-q:v", "5", "-f", "image2", "storyboard-%03d.jpg",
        "-map", "[poster]", "-frames:v", "1", "-fps_mode", "passthrough", "-q:v", "3", "-update", "1", "-f", "image2",
        MediaNames.poster,
      ]
  }

  private var filter: String {
    let (tileWidth, tileHeight) = tileSize
    let candidates = max(1, plan.frameCount / Self.posterCandidates)
    return """
      [0:v:0]\(FFmpegArguments.numbering(plan.frameRate)),split=3[a][b][c];\
      [a]\(SceneScores.filter(writingTo: Self.scoresName))[scores];\
      [b]select='not(mod(n\\,\(tileStepFrames)))',scale=\(tileWidth):\(tileHeight),setsar=1,format=yuvj420p,\
      tile=\(Self.tilesAcross)x\(Self.tilesDown)[board];\
      [c]select='not(mod(n\\,\(candidates)))',scale=\(posterSize.width):\(posterSize.height),setsar=1,format=yuvj420p,\
      thumbnail=n=\(Self.posterCandidates)[poster]
      """
  }

  /// Pictures from one tile to the next: 2 s in a short film, up to 10 s in a long one.
  var tileStepFrames: Int {
    let seconds: Double = plan.durationSeconds <= 120 ? 2 : plan.durationSeconds <= 1200 ? 5 : 10
    return max(1, Int((seconds * plan.frameRate.framesPerSecond).rounded()))
  }

  var tileCount: Int { (plan.frameCount + tileStepFrames - 1) / tileStepFrames }
  var sheetCount: Int { (tileCount + Self.tilesAcross * Self.tilesDown - 1) / (Self.tilesAcross * Self.tilesDown) }

  var tileSize: (width: Int, height: Int) {
    guard let best = plan.rungs.first else { return (Self.tileLongSide, 90) }
    return Self.fit(best, longSide: Self.tileLongSide)
  }

  private var posterSize: (width: Int, height: Int) {
    guard let best = plan.rungs.first else { return (Self.posterWidth, 720) }
    return Self.fit(best, longSide: min(Self.posterWidth, max(best.width, best.height)))
  }

  private static func fit(_ rung: Rung, longSide: Int) -> (width: Int, height: Int) {
    let scale = Double(longSide) / Double(max(rung.width, rung.height))
    func even(_ side: Int) -> Int { max(2, Int((Double(side) * scale / 2).rounded()) * 2) }
    return (even(rung.width), even(rung.height))
  }

  /// The WebVTT that says which part of which sheet shows which moment.
  var storyboard: String {
    let (width, height) = tileSize
    let perSheet = Self.tilesAcross * Self.tilesDown
    var text = "WEBVTT\n"
    for tile in 0..<tileCount {
      let start = plan.frameRate.seconds(ofFrames: tile * tileStepFrames)
      let end = min(plan.durationSeconds, plan.frameRate.seconds(ofFrames: (tile + 1) * tileStepFrames))
      let place = tile % perSheet
      let (x, y) = (place % Self.tilesAcross * width, place / Self.tilesAcross * height)
      text +=
        "\n\(Self.clock(start)) --> \(Self.clock(end))\n"
        + "\(Self.sheetName(tile / perSheet))#xywh=\(x),\(y),\(width),\(height)\n"
    }
    return text
  }

  static func sheetName(_ index: Int) -> String { "storyboard-\(padded(index + 1, 3)).jpg" }

  private static func clock(_ seconds: Double) -> String { clock(milliseconds: Int((seconds * 1000).rounded())) }

  /// As WebVTT writes times.
  static func clock(milliseconds: Int) -> String {
    "\(padded(milliseconds / 3_600_000, 2)):\(padded(milliseconds / 60_000 % 60, 2)):"
      + "\(padded(milliseconds / 1000 % 60, 2)).\(padded(milliseconds % 1000, 3))"
  }

  private static func padded(_ value: Int, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
