import Contract
import EncodingAPI
import Synchronization

/// Stereo AAC at −23 LUFS (EBU R 128), exactly as long as the pictures. Loudness is measured in one pass and set in
/// another, so that one gain holds for the whole film.
struct AudioEncoding: Sendable {
  var plan: FilmPlan
  var audio: AudioTrackPlan
  var limits: SourceLimits

  static let fileName = "audio.mp4"
  static let loudness = -23.0
  static let bitrateKbps = 128
  static let sampleRate = 48_000

  /// What the first pass found; nil where there is nothing to hear.
  struct Loudness: Sendable, Equatable {
    var integrated: Double
    var truePeak: Double
    var range: Double
    var threshold: Double
    var offset: Double
  }

  func measuringArguments(input: String) -> [String] {
    ["-nostdin", "-hide_banner", "-v", "info", "-nostats", "-progress", "pipe:1", "-threads", "1"]
      + FFmpegArguments.input(input, limits: limits)
      + ["-map", map, "-vn", "-af", "\(placement),loudnorm=\(target):print_format=json", "-f", "null", "-"]
  }

  func arguments(input: String, measured: Loudness?) -> [String] {
    let level = measured.map { ",\(normalising($0))" } ?? ""
    return FFmpegArguments.quiet + ["-y", "-threads", "1"] + FFmpegArguments.input(input, limits: limits)
      + [
        "-map", map, "-vn", "-sn", "-dn", "-map_metadata", "-1", "-fflags", "+bitexact",
        "-af", "\(placement)\(level),aresample=\(Self.sampleRate),apad,atrim=end=\(length)",
        "-c:a", "aac", "-b:a", "\(Self.bitrateKbps)k", "-ac", "2", "-f", "mp4", Self.fileName,
      ]
  }

  private var map: String { "0:a:\(audio.streamIndex)" }
  private var length: String { FFmpegArguments.seconds(plan.durationSeconds) }
  private var target: String { "I=\(Self.loudness):TP=-2:LRA=11" }

  /// Two channels, starting with the first picture: earlier sound is cut, missing sound is silence.
  private var placement: String {
    "aformat=channel_layouts=stereo,asetpts=PTS-\(FFmpegArguments.seconds(plan.firstPictureSeconds))/TB,"
      + "aresample=\(Self.sampleRate):async=1:first_pts=0,atrim=end=\(length)"
  }

  private func normalising(_ measured: Loudness) -> String {
    // A target range below the measured one would make loudnorm compress; one gain is what is wanted.
    let range = min(50, max(1, measured.range.rounded(.up)))
    return "loudnorm=I=\(Self.loudness):TP=-2:LRA=\(range):linear=true:measured_I=\(measured.integrated):"
      + "measured_TP=\(measured.truePeak):measured_LRA=\(measured.range):measured_thresh=\(measured.threshold):"
      + "offset=\(measured.offset)"
  }

  /// Reads the JSON that loudnorm prints last on standard error.
  static func loudness(from standardError: String) -> Loudness? {
    struct Printed: Decodable {
      var input_i: String
      var input_tp: String
      var input_lra: String
      var input_thresh: String
      var target_offset: String
    }
    guard let start = standardError.lastIndex(of: "{"), let end = standardError.lastIndex(of: "}"), start < end,
      let printed = try? JSON.decode(Printed.self, from: Array(standardError[start...end].utf8)),
      let integrated = Double(printed.input_i), let peak = Double(printed.input_tp),
      let range = Double(printed.input_lra), let threshold = Double(printed.input_thresh),
      let offset = Double(printed.target_offset),
      // Silence measures as minus infinity, and near silence should stay so.
      integrated > -70, peak.isFinite, offset.isFinite
    else { return nil }
    return Loudness(integrated: integrated, truePeak: peak, range: range, threshold: threshold, offset: offset)
  }
}
