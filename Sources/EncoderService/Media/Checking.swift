import Contract
import EncodingAPI
import Glibc
import Synchronization

/// The gate before publishing: the packaged film against its source. Whatever it finds wrong is told by name.
struct Checking: Sendable {
  var plan: FilmPlan
  var tools: Toolbox
  /// The assembled folder.
  var folder: String

  /// Sound may end so much before or after the pictures: an AAC frame or two.
  static let audioToleranceSeconds = 0.15
  static let timeLimit: Duration = .seconds(3600)

  /// What was verified, a line each. `sourceScores` are those of the survey.
  func evidence(sourceScores: SceneScores, scratch: String) async throws -> [String] {
    let manifests = try ManifestCheck(plan: plan, folder: folder).evidence()
    let images = try ImageCheck(plan: plan, folder: folder).evidence()
    let frames = try await countFrames()
    let scenes = try await compareScenes(sourceScores, scratch: scratch)
    return manifests + images + frames + scenes
  }

  /// Every rung, read as a player reads it, holds exactly the source's pictures.
  private func countFrames() async throws -> [String] {
    for rung in plan.rungs {
      let count = try await packetCount(of: MediaNames.playlist(rung))
      guard count == plan.frameCount else {
        throw EncodingFault.wrongResult(
          "Check frames: \(rung.name) has \(count) pictures where the source has \(plan.frameCount).")
      }
    }
    for audio in plan.audio {
      guard try await packetCount(of: MediaNames.playlist(audio)) > 0 else {
        throw EncodingFault.wrongResult("Check audio: \(audio.name) has no sound in the result.")
      }
    }
    return ["frames: \(plan.frameCount) in each of \(plan.rungs.count) renditions, as in the source"]
  }

  private func packetCount(of playlist: String) async throws -> Int {
    let last = Mutex(0)
    try await tools.mustRun(
      .ffprobe, on: WorkFolders(staging: folder), timeLimit: Self.timeLimit, doing: "counting pictures",
      onLine: { line in
        if let count = Int(line.prefix { $0.isNumber }) { last.withLock { $0 = count } }
      }
    ) { seen in
      ["-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-count_packets"]
        + ["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", "file:\(seen.staging ?? "")/\(playlist)"]
    }
    return last.withLock { $0 }
  }

  /// Scenes begin where they began: a picture repeated or lost at a seam moves every later cut by one.
  private func compareScenes(_ source: SceneScores, scratch: String) async throws -> [String] {
    guard source.scores.count == plan.frameCount else {
      throw EncodingFault.wrongResult(
        "Check scenes: \(source.scores.count) pictures were surveyed where \(plan.frameCount) were expected.")
    }
    guard let rung = plan.rungs.last else { throw EncodingFault.wrongResult("Check scenes: no rendition.") }
    try await tools.mustRun(
      .ffmpeg, on: WorkFolders(staging: folder, output: scratch), timeLimit: Self.timeLimit, reportsProgress: true,
      doing: "looking at the result"
    ) { seen in
      FFmpegArguments.quiet + ["-threads", "1", "-protocol_whitelist", "file"]
        + ["-i", "file:\(seen.staging ?? "")/\(MediaNames.playlist(rung))", "-map", "0:v:0"]
        + ["-vf", SceneScores.filter(writingTo: Surveying.scoresName), "-fps_mode", "passthrough", "-f", "null", "-"]
    }
    let result = SceneScores(try TextFile.read("\(scratch)/\(Surveying.scoresName)"))
    guard result.scores.count == plan.frameCount else {
      throw EncodingFault.wrongResult(
        "Check frames: \(result.scores.count) pictures of \(rung.name) can be decoded of \(plan.frameCount).")
    }
    let lost = source.cuts(missingIn: result)
    let invented = result.cuts(missingIn: source)
    guard lost.isEmpty, invented.isEmpty else {
      throw EncodingFault.wrongResult(
        "Check scenes: cuts of the source missing at pictures \(lost.prefix(5)), new ones at \(invented.prefix(5)).")
    }
    return ["scenes: \(source.cuts.count) cuts at the same pictures as in the source, all \(plan.frameCount) decoded"]
  }
}
