import Contract
import EncodingAPI

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
    for audio in plan.audio {
      try checkMedia(audio.playlist, tolerance: Checking.audioToleranceSeconds, bandwidth: nil)
    }
    try checkDASH()
    return [
      "manifests: every file of \(MediaLayout.hlsManifest) and \(MediaLayout.dashManifest) is there, "
        + "durations agree with \(plan.durationSeconds) s"
    ]
  }

  private var frame: Double { plan.frameRate.seconds(ofFrames: 1) + 0.01 }

  private func check(_ master: HLSMasterPlaylist) throws {
    // Once for each codec of the sound.
    let groups = Set(plan.audio.map(\.codec)).count
    let wanted = plan.rungs.map(MediaNames.playlist).flatMap { Array(repeating: $0, count: max(1, groups)) }
    guard master.variants.map(\.address).sorted() == wanted.sorted() else {
      throw wrong("the HLS master lists other variants")
    }
    guard Set(master.iFramePlaylists) == Set(plan.rungs.map(MediaNames.iFramePlaylist)) else {
      throw wrong("the HLS master lists other I-frame playlists")
    }
    for variant in master.variants {
      // A trick-play stream among the variants would have a fraction of the rate.
      guard abs(variant.frameRate - plan.frameRate.framesPerSecond) < 0.01 else {
        throw wrong("\(variant.address) is listed at \(variant.frameRate) pictures a second")
      }
      let codec = plan.rungs.first { MediaNames.playlist($0) == variant.address }?.codec ?? .h264
      guard variant.codecs.hasPrefix(VideoCompression.codecsPrefix(codec)), hasSoundCodec(variant) else {
        throw wrong("\(variant.address) is listed with codecs \(variant.codecs)")
      }
    }
    try checkSound(master)
  }

  private func hasSoundCodec(_ variant: HLSMasterPlaylist.Variant) -> Bool {
    switch variant.audioGroup {
    case AudioPackaging.group(.aac): variant.codecs.contains("mp4a")
    case AudioPackaging.group(.opus): variant.codecs.contains("opus")
    default: plan.audio.isEmpty && !variant.codecs.contains("mp4a")
    }
  }

  private func checkSound(_ master: HLSMasterPlaylist) throws {
    guard master.audioPlaylists.map(\.address) == plan.audio.map(\.playlist) else {
      throw wrong("the HLS master lists other sound")
    }
    for (track, listed) in zip(plan.audio, master.audioPlaylists) {
      guard listed.language ?? LanguageTag.unknown == track.language, listed.name == track.name,
        listed.group == AudioPackaging.group(track.codec), listed.channels == "2"
      else { throw wrong("\(track.playlist) is listed as \(listed.name) (\(listed.language ?? "no language"))") }
      // Without a language the packager marks none, and players begin with the first.
      guard listed.isDefault == track.isDefault || track.language == LanguageTag.unknown else {
        throw wrong("\(track.playlist) is \(track.isDefault ? "not " : "")what players begin with")
      }
    }
  }

  private func checkMedia(_ address: String, tolerance: Double, bandwidth: Int?) throws {
    let playlist = HLSMediaPlaylist(try TextFile.read("\(folder)/\(address)"))
    let base = MediaNames.folder(of: address)
    guard playlist.isComplete, let map = playlist.map else { throw wrong("\(address) is not complete") }
    _ = try size(of: "\(base)/\(map)")
    for segment in playlist.segments {
      guard segment.durationSeconds.rounded() <= Double(playlist.targetDurationSeconds) else {
        throw wrong("\(address) has a segment longer than its target duration")
      }
      let bytes = try size(of: "\(base)/\(segment.address)")
      // BANDWIDTH covers sound as well, so the pictures alone must stay below it.
      if let bandwidth, playlist.countsForPeak(segment),
        Double(bytes * 8) / segment.durationSeconds > Double(bandwidth)
      {
        throw wrong("\(segment.address) of \(address) needs more than the \(bandwidth) bit/s announced")
      }
    }
    guard abs(playlist.durationSeconds - plan.durationSeconds) <= tolerance else {
      throw wrong("\(address) lasts \(playlist.durationSeconds) s, the film \(plan.durationSeconds) s")
    }
  }

  private func checkIFrames(_ address: String) throws {
    let playlist = HLSMediaPlaylist(try TextFile.read("\(folder)/\(address)"))
    let base = MediaNames.folder(of: address)
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
    guard manifest.representations.count == plan.rungs.count + plan.audio.count else {
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
