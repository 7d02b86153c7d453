import Contract
import EncodingAPI

/// CMAF segments once, with manifests for HLS and DASH, by Shaka Packager.
///
/// Two traps: fragments must be as long as groups, or I-frame playlists list half of the key pictures; and a stream
/// with `trick_play_factor` leaks into the HLS master as a variant of half a picture a second. I-frame playlists are
/// made of the ordinary streams, so there is no such stream here.
struct Packaging: Sendable {
  var plan: FilmPlan

  /// The packager's own is 32 MiB for each file it has open. Measured with four rungs: 480 MiB and 2.5 s for 30 s of
  /// film, 650 MiB and 12 s for 20 minutes; with this 87 MiB and 0.3 s, 92 MiB and 6 s.
  private static let cacheBytes = 2 << 20

  /// Writes the asset's folder into the working folder. `files` are the joined rungs, `audioFiles` the tracks of sound,
  /// each in the plan's order.
  func arguments(files: [String], audioFiles: [String]) -> [String] {
    let audio = AudioPackaging(plan: plan)
    var arguments = videos(files: files)
    arguments += audio.descriptors(files: audioFiles, segments: segments) + audio.defaultLanguage
    return arguments + [
      "--segment_duration", FFmpegArguments.seconds(plan.frameRate.seconds(ofFrames: plan.segmentFrames)),
      "--fragment_duration", FFmpegArguments.seconds(plan.frameRate.seconds(ofFrames: plan.groupFrames)),
      "--hls_playlist_type", "VOD", "--hls_master_playlist_output", MediaLayout.hlsManifest,
      "--mpd_output", MediaLayout.dashManifest, "--generate_static_live_mpd", "--quiet",
      "--io_cache_size", "\(Self.cacheBytes)",
    ]
  }

  /// The lowest of each codec first: players begin with the first variant, and an early picture is worth more than a
  /// sharp one. H.264 before the others, so that the first is one which everything plays.
  private func videos(files: [String]) -> [String] {
    let streams = zip(plan.rungs, files).map { rung, file in
      (
        codec: rung.codec,
        text: "in=\(file),stream=video,\(segments(MediaNames.folder(rung))),playlist_name=\(MediaNames.playlist(rung)),"
          + "iframe_playlist_name=\(MediaNames.iFramePlaylist(rung))"
      )
    }
    return VideoCodec.allCases.flatMap { codec in streams.filter { $0.codec == codec }.map(\.text).reversed() }
  }

  private func segments(_ folder: String) -> String {
    "init_segment=\(folder)/\(MediaNames.initSegment),segment_template=\(folder)/$Number%05d$.m4s"
  }
}
