import EncodingAPI

/// How ffmpeg is told to compress the pictures of one rung: capped by rate, on one thread, in closed groups of one
/// length, so that segments of all codecs begin at the same pictures.
enum VideoCompression {
  /// How full the decoder's buffer is taken to be where a chunk begins within the film. An encoder takes it for nearly
  /// full, as at a film's beginning: then each chunk of a film that fills its cap gets a buffer's worth too much, and
  /// seams exceed the cap. Half full is between films that never reach their cap and films that always do. Measured
  /// with chunks of 12 s of a film that does now and then: 3 % more bytes than one encode of the whole, with this 2 %
  /// less.
  private static let occupancyWithin = 0.5

  /// - Parameter isBeginning: the film's first chunk.
  static func arguments(_ rung: Rung, plan: FilmPlan, isBeginning: Bool) -> [String] {
    let preset = rung.preset ?? plan.preset
    let group = plan.groupFrames
    let cap = [
      "-crf", "\(rung.constantRateFactor)", "-maxrate", "\(rung.maximumBitrateKbps)k",
      "-bufsize", "\(rung.maximumBitrateKbps * 2)k", "-threads", "1", "-g", "\(group)",
    ]
    let bufferBits = rung.maximumBitrateKbps * 2000
    return switch rung.codec {
    case .h264:
      ["-c:v", "libx264", "-preset", preset, "-profile:v", "high"] + cap
        + (isBeginning ? [] : ["-rc_init_occupancy", "\(Int(Double(bufferBits) * occupancyWithin))"])
        + ["-keyint_min", "\(group)", "-sc_threshold", "0", "-flags", "+cgop"]
    case .hevc:
      // x265 has a pool of threads of its own, and takes groups from its own options alone. Without `hvc1` Apple's
      // players do not play it.
      ["-c:v", "libx265", "-preset", preset] + cap
        + [
          "-x265-params",
          "log-level=error:pools=none:frame-threads=1:keyint=\(group):min-keyint=\(group):scenecut=0:open-gop=0"
            + (isBeginning ? "" : ":vbv-init=\(occupancyWithin)"),
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
