import EncodingAPI

/// What was made of sound and text is what was asked for.
struct TrackCheck: Sendable {
  var plan: FilmPlan
  /// What the tasks of the tracks reported, in the plan's order.
  var loudness: [LoudnessMeasure?]
  var subtitles: [SubtitleReport?]

  var tracks: AssetTracks {
    AssetTracks(
      audio: zip(plan.audio, loudness).map { AudioTrack($0, loudness: $1) },
      subtitles: zip(plan.subtitles, subtitles).map { SubtitleTrack($0, report: $1) })
  }

  /// Every track of sound was measured, and is as loud as it should be or excused.
  func evidence() throws -> [String] {
    guard loudness.count == plan.audio.count, subtitles.count == plan.subtitles.count else {
      throw EncodingFault.wrongResult("Check loudness: some track of sound or text was not made.")
    }
    guard !plan.audio.isEmpty else { return ["loudness: the film is silent"] }
    return try zip(plan.audio, loudness).map { track, found in
      let name = "\(track.name) (\(track.codec.rawValue))"
      guard let found else { throw EncodingFault.wrongResult("Check loudness: \(name) was not measured.") }
      if let excuse = found.excuse { return "loudness: \(name) is excused. \(excuse)" }
      let level = found.integratedLUFS.map { "\($0)" } ?? "?"
      guard found.isMet else {
        throw EncodingFault.wrongResult(
          "Check loudness: \(name) comes out at \(level) LUFS where \(found.targetLUFS) ± "
            + "\(LoudnessMeasure.toleranceLU) LU are wanted.")
      }
      return "loudness: \(name) \(level) LUFS (target \(found.targetLUFS)), true peak \(found.truePeakDBTP ?? 0) dBTP"
    }
  }
}
