import EncodingAPI

/// What every run of ffmpeg and ffprobe on a film has in common.
enum FFmpegArguments {
  /// Containers a film may come in. A playlist or a list of other files is none, whatever it is named.
  static let containers = "mov,matroska,webm,mpegts,mpeg,avi,flv,wav,mp3,aac,flac,ogg"

  /// Quiet, asking nothing, saying how far it is on standard output.
  static let quiet = ["-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1"]

  /// Options of an untrusted input: one local file, of a known container, of bounded size. Goes before `-i`.
  static func guarded(limits: SourceLimits) -> [String] {
    ["-max_pixels", "\(limits.pixels)", "-protocol_whitelist", "file", "-format_whitelist", containers]
  }

  static func input(_ path: String, limits: SourceLimits) -> [String] {
    guarded(limits: limits) + ["-i", "file:\(path)"]
  }

  /// Gives each picture its number as its time: what the container says of times is no longer believed.
  static func numbering(_ rate: FrameRate) -> String {
    "settb=\(rate.denominator)/\(rate.numerator),setpts=N"
  }

  static func seconds(_ value: Double) -> String {
    // Six digits, as ffmpeg reads them, without the locale.
    let micro = Int((value * 1_000_000).rounded())
    let fraction = String(abs(micro) % 1_000_000)
    return "\(micro < 0 ? "-" : "")\(abs(micro) / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
      + fraction
  }
}

/// Reads `-progress` lines. `progress=end` proves nothing: a terminated ffmpeg says it too.
struct FFmpegProgress: Sendable {
  private(set) var frames = 0
  private(set) var seconds: Double = 0

  mutating func read(_ line: Substring) {
    guard let equals = line.firstIndex(of: "=") else { return }
    let value = line[line.index(after: equals)...]
    switch line[..<equals] {
    case "frame": frames = Int(value) ?? frames
    case "out_time_us": seconds = Double(value).map { $0 / 1_000_000 } ?? seconds
    default: break
    }
  }
}
