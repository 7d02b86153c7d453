import EncodingAPI

/// One track of subtitles as files: all of it in one WebVTT, and in segments with their HLS playlist.
///
/// The segments are made here and not by the packager, whose text playlists end with the last cue: a player that
/// waits for words then waits for ever. These go to the film's last picture whether anything is said or not.
struct SubtitleFiles: Sendable {
  var plan: FilmPlan
  /// In order, within the film.
  var cues: [Cue]

  /// About so long; words are few, and a segment each four seconds would be mostly air.
  static let segmentSeconds = 30.0

  /// Names within the track's folder, with their text.
  var all: [(name: String, text: String)] {
    [("subtitles.vtt", Self.document(cues)), ("playlist.m3u8", playlist)]
      + segments.enumerated().map { index, segment in
        let shown = cues.filter { $0.start < milliseconds(segment.end) && $0.end > milliseconds(segment.start) }
        return (Self.name(index), Self.document(shown, header: "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"))
      }
  }

  static func name(_ index: Int) -> String {
    let digits = String(index + 1)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".vtt"
  }

  /// In seconds; they begin where segments of pictures begin.
  var segments: [(start: Double, end: Double)] {
    let length =
      max(
        1, Int((Self.segmentSeconds / plan.frameRate.seconds(ofFrames: plan.segmentFrames)).rounded())
      ) * plan.segmentFrames
    return stride(from: 0, to: plan.frameCount, by: length).map { frame in
      (plan.frameRate.seconds(ofFrames: frame), plan.frameRate.seconds(ofFrames: min(plan.frameCount, frame + length)))
    }
  }

  private var playlist: String {
    let longest = segments.map { $0.end - $0.start }.max() ?? 0
    return "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:\(Int(longest.rounded(.up)))\n#EXT-X-PLAYLIST-TYPE:VOD\n"
      + segments.enumerated().map { index, segment in
        "#EXTINF:\(FFmpegArguments.seconds(segment.end - segment.start)),\n\(Self.name(index))\n"
      }.joined() + "#EXT-X-ENDLIST\n"
  }

  private func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }

  private static func document(_ cues: [Cue], header: String = "") -> String {
    "WEBVTT\n\(header)"
      + cues.map { cue in
        "\n\(Surveying.clock(milliseconds: cue.start)) --> \(Surveying.clock(milliseconds: cue.end))"
          + (cue.settings.isEmpty ? "" : " \(cue.settings)") + "\n\(cue.text)\n"
      }.joined()
  }
}
