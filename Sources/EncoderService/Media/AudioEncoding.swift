import Contract
import EncodingAPI

/// One track of sound: stereo at −23 LUFS (EBU R 128), exactly as long as the pictures.
///
/// Loudness is measured in one pass and set in another by one gain for the whole film. Where that would lift peaks
/// above what is allowed, a limiter takes them down; ffmpeg's loudnorm would there begin to ride the gain instead, and
/// misses the target by far where a film is quiet but for a few bangs.
struct AudioEncoding: Sendable {
  var plan: FilmPlan
  var track: AudioTrackPlan
  var limits: SourceLimits

  static let fileName = "audio.mp4"
  static let sampleRate = 48_000
  /// Of AAC, and more than Opus takes.
  static let bitrateKbps = 128

  func measuringArguments(input: String) -> [String] {
    Self.loud + FFmpegArguments.input(input, limits: limits)
      + ["-map", map, "-vn", "-sn", "-dn", "-af", "\(placement),\(Loudness.filter)", "-f", "null", "-"]
  }

  /// Of the finished track.
  static func measuringArguments(finished file: String) -> [String] {
    loud + ["-protocol_whitelist", "file", "-format_whitelist", "mov", "-i", "file:\(file)"]
      + ["-af", Loudness.filter, "-f", "null", "-"]
  }

  /// - Parameters:
  ///   - gain: decibels; nil leaves the sound as loud as it is.
  ///   - measured: of the source; where the gain lifts its peaks too high they are limited.
  func arguments(input: String, gain: Double?, measured: Loudness?) -> [String] {
    FFmpegArguments.quiet + ["-y", "-threads", "1"] + FFmpegArguments.input(input, limits: limits)
      + [
        "-map", map, "-vn", "-sn", "-dn", "-map_metadata", "-1", "-fflags", "+bitexact",
        "-af", "\(placement)\(level(gain, measured)),apad,atrim=end=\(length)",
      ] + codec + ["-ac", "2", "-f", "mp4", Self.fileName]
  }

  private static let loud = [
    "-nostdin", "-hide_banner", "-v", "info", "-nostats", "-progress", "pipe:1", "-threads", "1",
  ]

  private var codec: [String] {
    switch track.codec {
    case .aac: ["-c:a", "aac", "-profile:a", "aac_low", "-b:a", "\(Self.bitrateKbps)k"]
    case .opus: ["-c:a", "libopus", "-b:a", "96k", "-vbr", "on"]
    }
  }

  private var map: String { "0:a:\(track.streamIndex)" }
  private var length: String { FFmpegArguments.seconds(plan.durationSeconds) }

  /// Two channels (more are mixed down as ITU-R BS.775 has it), starting with the first picture: earlier sound is cut,
  /// missing sound is silence.
  private var placement: String {
    "aformat=channel_layouts=stereo,asetpts=PTS-\(FFmpegArguments.seconds(plan.firstPictureSeconds))/TB,"
      + "aresample=\(Self.sampleRate):async=1:first_pts=0,atrim=end=\(length)"
  }

  private func level(_ gain: Double?, _ measured: Loudness?) -> String {
    guard let gain, let measured else { return "" }
    let volume = ",volume=\(FFmpegArguments.seconds(gain))dB"
    guard measured.truePeak + gain > Loudness.highestPeak else { return volume }
    // At four times the rate, so that peaks between samples are seen; 0.794 is −2 dB.
    return
      "\(volume),aresample=\(Self.sampleRate * 4),alimiter=limit=0.794:attack=5:release=50:level=false:latency=true,"
      + "aresample=\(Self.sampleRate)"
  }
}
