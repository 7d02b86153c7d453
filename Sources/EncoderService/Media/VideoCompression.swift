import EncodingAPI

/// How ffmpeg is told to compress the pictures of one rung: capped by rate, on one thread, in closed groups of one
/// length, so that segments of all codecs begin at the same pictures.
enum VideoCompression {
  static func arguments(_ rung: Rung, plan: FilmPlan) -> [String] {
    let preset = rung.preset ?? plan.preset
    let group = plan.groupFrames
    let cap = [
      "-crf", "\(rung.constantRateFactor)", "-maxrate", "\(rung.maximumBitrateKbps)k",
      "-bufsize", "\(rung.maximumBitrateKbps * 2)k", "-threads", "1", "-g", "\(group)",
    ]
    return switch rung.codec {
    case .h264:
      ["-c:v", "libx264", "-preset", preset, "-profile:v", "high"] + cap
        + ["-keyint_min", "\(group)", "-sc_threshold", "0", "-flags", "+cgop"]
    case .hevc:
      // x265 has a pool of threads of its own, and takes groups from its own options alone. Without `hvc1` Apple's
      // players do not play it.
      ["-c:v", "libx265", "-preset", preset] + cap
        + [
          "-x265-params",
          "log-level=error:pools=none:frame-threads=1:keyint=\(group):min-keyint=\(group):scenecut=0:open-gop=0",
          "-tag:v", "hvc1",
        ]
    case .av1:
      // One logical processor, no groups of its own choice, key pictures that refer to nothing before.
      ["-c:v", "libsvtav1", "-preset", preset] + cap + ["-svtav1-params", "lp=1:scd=0:irefresh-type=2"]
    }
  }

  /// How each codec is called in manifests (RFC 6381).
  static func codecsPrefix(_ codec: VideoCodec) -> String {
    switch codec {
    case .h264: "avc1."
    case .hevc: "hvc1."
    case .av1: "av01."
    }
  }
}
