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
    if let audio = plan.audio {
      guard try await packetCount(of: MediaNames.playlist(audio)) > 0 else {
        throw EncodingFault.wrongResult("Check audio: the source has sound, the result has none.")
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

/// Manifests hold what they promise.
struct ManifestCheck: Sendable {
  var plan: FilmPlan
  var folder: String

  func evidence() throws -> [String] {
    let master = HLSMasterPlaylist(try TextFile.read("\(folder)/\(MediaLayout.hlsManifest)"))
    try check(master)
    for rung in plan.rungs {
      let bandwidth = master.variants.first { $0.address == MediaNames.playlist(rung) }?.bandwidth ?? 0
      try checkMedia(MediaNames.playlist(rung), tolerance: frame, bandwidth: bandwidth)
      try checkIFrames(MediaNames.iFramePlaylist(rung))
    }
    if let audio = plan.audio {
      try checkMedia(MediaNames.playlist(audio), tolerance: Checking.audioToleranceSeconds, bandwidth: nil)
    }
    try checkDASH()
    return [
      "manifests: every file of \(MediaLayout.hlsManifest) and \(MediaLayout.dashManifest) is there, "
        + "durations agree with \(plan.durationSeconds) s"
    ]
  }

  private var frame: Double { plan.frameRate.seconds(ofFrames: 1) + 0.01 }

  private func check(_ master: HLSMasterPlaylist) throws {
    let wanted = Set(plan.rungs.map(MediaNames.playlist))
    guard Set(master.variants.map(\.address)) == wanted else { throw wrong("the HLS master lists other variants") }
    guard Set(master.iFramePlaylists) == Set(plan.rungs.map(MediaNames.iFramePlaylist)) else {
      throw wrong("the HLS master lists other I-frame playlists")
    }
    for variant in master.variants {
      // A trick-play stream among the variants would have a fraction of the rate.
      guard abs(variant.frameRate - plan.frameRate.framesPerSecond) < 0.01 else {
        throw wrong("\(variant.address) is listed at \(variant.frameRate) pictures a second")
      }
      guard variant.codecs.contains("avc1"), variant.codecs.contains("mp4a") == (plan.audio != nil) else {
        throw wrong("\(variant.address) is listed with codecs \(variant.codecs)")
      }
    }
    guard master.audioPlaylists.map(\.address) == (plan.audio.map { [MediaNames.playlist($0)] } ?? []) else {
      throw wrong("the HLS master lists other sound")
    }
  }

  private func checkMedia(_ address: String, tolerance: Double, bandwidth: Int?) throws {
    let playlist = HLSMediaPlaylist(try TextFile.read("\(folder)/\(address)"))
    let base = address.split(separator: "/").dropLast().joined(separator: "/")
    guard playlist.isComplete, let map = playlist.map else { throw wrong("\(address) is not complete") }
    _ = try size(of: "\(base)/\(map)")
    for segment in playlist.segments {
      guard segment.durationSeconds.rounded() <= Double(playlist.targetDurationSeconds) else {
        throw wrong("\(address) has a segment longer than its target duration")
      }
      let bytes = try size(of: "\(base)/\(segment.address)")
      // BANDWIDTH covers sound as well, so the pictures alone must stay below it.
      if let bandwidth, segment.durationSeconds >= 1, Double(bytes * 8) / segment.durationSeconds > Double(bandwidth) {
        throw wrong("\(segment.address) of \(address) needs more than the \(bandwidth) bit/s announced")
      }
    }
    guard abs(playlist.durationSeconds - plan.durationSeconds) <= tolerance else {
      throw wrong("\(address) lasts \(playlist.durationSeconds) s, the film \(plan.durationSeconds) s")
    }
  }

  private func checkIFrames(_ address: String) throws {
    let playlist = HLSMediaPlaylist(try TextFile.read("\(folder)/\(address)"))
    let base = address.split(separator: "/").dropLast().joined(separator: "/")
    let wanted = (plan.frameCount + plan.groupFrames - 1) / plan.groupFrames
    guard playlist.segments.count == wanted else {
      throw wrong("\(address) lists \(playlist.segments.count) key pictures of \(wanted)")
    }
    for segment in playlist.segments {
      guard let range = segment.byteRange, range.length > 0,
        range.offset + range.length <= (try size(of: "\(base)/\(segment.address)"))
      else { throw wrong("\(address) points outside of \(segment.address)") }
    }
  }

  private func checkDASH() throws {
    let manifest = DASHManifest(try TextFile.read("\(folder)/\(MediaLayout.dashManifest)"))
    guard manifest.representations.count == plan.rungs.count + (plan.audio == nil ? 0 : 1) else {
      throw wrong("\(MediaLayout.dashManifest) has \(manifest.representations.count) representations")
    }
    guard abs(manifest.durationSeconds - plan.durationSeconds) <= Checking.audioToleranceSeconds else {
      throw wrong("\(MediaLayout.dashManifest) lasts \(manifest.durationSeconds) s")
    }
    for representation in manifest.representations {
      for file in representation.files { _ = try size(of: file) }
      guard abs(representation.durationSeconds - plan.durationSeconds) <= Checking.audioToleranceSeconds else {
        throw wrong("a representation of \(MediaLayout.dashManifest) lasts \(representation.durationSeconds) s")
      }
    }
  }

  private func size(of file: String) throws -> Int {
    guard let bytes = TextFile.size("\(folder)/\(file)"), bytes > 0 else { throw wrong("\(file) is missing or empty") }
    return bytes
  }

  private func wrong(_ what: String) -> EncodingFault { .wrongResult("Check manifests: \(what).") }
}

/// A poster, and a storyboard every cue of which shows a sheet that exists.
struct ImageCheck: Sendable {
  var plan: FilmPlan
  var folder: String

  func evidence() throws -> [String] {
    guard TextFile.size("\(folder)/\(MediaNames.poster)") ?? 0 > 0 else {
      throw EncodingFault.wrongResult("Check images: there is no poster.")
    }
    let storyboard = try TextFile.read("\(folder)/\(MediaLayout.storyboard)")
    let sheets = storyboard.split(separator: "\n").compactMap { line in
      line.contains("#xywh=") ? line.split(separator: "#").first : nil
    }
    guard !sheets.isEmpty else { throw EncodingFault.wrongResult("Check images: the storyboard has no tiles.") }
    for sheet in Set(sheets) where TextFile.size("\(folder)/\(sheet)") ?? 0 == 0 {
      throw EncodingFault.wrongResult("Check images: the storyboard names \(sheet), which is not there.")
    }
    return ["images: a poster and a storyboard of \(sheets.count) tiles"]
  }
}
