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
  var tracks: TrackCheck

  /// Sound may end so much before or after the pictures: an AAC frame or two.
  static let audioToleranceSeconds = 0.15
  static let timeLimit: Duration = .seconds(3600)

  /// Every check, passed or not. `sourceScores` are those of the survey.
  func results(sourceScores: SceneScores, scratch: String) async throws -> [CheckResult] {
    var results = [
      try await result("manifests") { try ManifestCheck(plan: plan, folder: folder).evidence() },
      try await result("images") { try ImageCheck(plan: plan, folder: folder).evidence() },
      try await result("loudness") { try tracks.evidence() },
      try await result("subtitles") { try TextCheck(plan: plan, folder: folder).evidence() },
    ]
    // What the manifests do not hold cannot be read by them.
    guard results.allSatisfy(\.passed) else { return results }
    var seen: [(rung: Rung, count: Int, fault: String?)] = []
    for rung in plan.rungs {
      let packets = try await packets(of: MediaNames.playlist(rung))
      seen.append((rung, packets.count, PacketTimes.fault(packets, frameRate: plan.frameRate)))
    }
    results += [
      try await result("frames") { try countFrames(seen.map { ($0.rung, $0.count) }) },
      try await result("timestamps") { try checkTimes(seen.map { ($0.rung, $0.fault) }) },
      try await result("audio") { try await countSound() },
      try await result("scenes") { try await compareScenes(sourceScores, scratch: scratch) },
    ]
    return results
  }

  /// What is found wrong is a result; that a tool could not look is an error, to be tried again.
  private func result(_ name: String, _ check: () async throws -> [String]) async throws -> CheckResult {
    func bare(_ text: String, after prefix: String) -> String {
      String(text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...])
    }
    do {
      let lines = try await check().map { bare($0, after: "\(name): ") }
      return CheckResult(check: name, passed: true, detail: lines.joined(separator: "; "))
    } catch EncodingFault.wrongResult(let text) {
      let detail = bare(text, after: "Check \(name): ")
      return CheckResult(check: name, passed: false, detail: detail.hasSuffix(".") ? String(detail.dropLast()) : detail)
    }
  }

  /// Every rung, read as a player reads it, holds exactly the source's pictures.
  private func countFrames(_ counts: [(rung: Rung, count: Int)]) throws -> [String] {
    for (rung, count) in counts where count != plan.frameCount {
      throw EncodingFault.wrongResult(
        "Check frames: \(rung.name) has \(count) pictures where the source has \(plan.frameCount).")
    }
    return ["frames: \(plan.frameCount) in each of \(plan.rungs.count) renditions, as in the source"]
  }

  /// Every picture of every rung is shown at its place on the film's grid, and decoded in an order that only rises.
  private func checkTimes(_ faults: [(rung: Rung, fault: String?)]) throws -> [String] {
    for (rung, fault) in faults {
      if let fault { throw EncodingFault.wrongResult("Check timestamps: \(rung.name) \(fault).") }
    }
    return ["timestamps: \(plan.frameRate) pictures a second, each at its place, decoding times rising"]
  }

  private func countSound() async throws -> [String] {
    for audio in plan.audio {
      guard try await !packets(of: audio.playlist).isEmpty else {
        throw EncodingFault.wrongResult("Check audio: \(audio.name) has no sound in the result.")
      }
    }
    return ["audio: \(plan.audio.count) tracks with sound"]
  }

  private func packets(of playlist: String) async throws -> [PacketTimes] {
    let found = Mutex<[PacketTimes]>([])
    try await tools.mustRun(
      .ffprobe, on: WorkFolders(staging: folder), timeLimit: Self.timeLimit, doing: "counting pictures",
      onLine: { line in
        if let packet = PacketTimes(line) { found.withLock { $0.append(packet) } }
      }
    ) { seen in
      ["-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-show_entries", "packet=pts_time,dts_time"]
        + ["-of", "csv=p=0", "file:\(seen.staging ?? "")/\(playlist)"]
    }
    return found.withLock { $0 }
  }

  /// Scenes begin where they began: a picture repeated or lost at a seam moves every later cut by one. Looked at in the
  /// smallest rendition of each codec, since its chunks are made together.
  private func compareScenes(_ source: SceneScores, scratch: String) async throws -> [String] {
    guard source.scores.count == plan.frameCount else {
      throw EncodingFault.wrongResult(
        "Check scenes: \(source.scores.count) pictures were surveyed where \(plan.frameCount) were expected.")
    }
    let smallest = VideoCodec.allCases.compactMap { plan.rungs(of: $0).last }
    guard !smallest.isEmpty else { throw EncodingFault.wrongResult("Check scenes: no rendition.") }
    for rung in smallest { try await compareScenes(source, with: rung, scratch: scratch) }
    return [
      "scenes: \(source.cuts.count) cuts at the same pictures as in the source, all \(plan.frameCount) decoded of "
        + smallest.map(\.name).joined(separator: ", ")
    ]
  }

  private func compareScenes(_ source: SceneScores, with rung: Rung, scratch: String) async throws {
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
        "Check scenes: in \(rung.name) cuts of the source are missing at pictures \(lost.prefix(5)), new ones are at "
          + "\(invented.prefix(5)).")
    }
  }
}
