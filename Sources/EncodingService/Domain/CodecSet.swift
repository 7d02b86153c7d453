import EncodingAPI

/// A further codec's ladder, made of H.264's: the same sizes at about the same quality, with the codec's own scale of
/// rate factors and its lower cap.
struct CodecSet: Sendable {
  /// Neither encoder takes smaller pictures.
  static let fewestPixelsOfASide = 64

  var codec: VideoCodec
  /// The codec's own name for how much work a picture is worth; nil: as the plan's.
  var preset: String?
  /// What to add to x264's rate factor for about the same quality: the encoders' own defaults are 23, 28 and 35.
  private var rateFactorOffset: Int {
    switch codec {
    case .h264: 0
    case .hevc: 5
    case .av1: 12
    }
  }
  /// Of H.264's bits at the same quality.
  private var capShare: Double {
    switch codec {
    case .h264: 1
    case .hevc: 0.7
    case .av1: 0.6
    }
  }

  func rungs(like ladder: [Rung]) -> [Rung] {
    guard codec != .h264 else { return ladder }
    return ladder.filter { min($0.width, $0.height) >= Self.fewestPixelsOfASide }.map { rung in
      Rung(
        name: codec.renditionName(rung.name), codec: codec, width: rung.width, height: rung.height,
        constantRateFactor: rung.constantRateFactor + rateFactorOffset,
        maximumBitrateKbps: max(60, Int((Double(rung.maximumBitrateKbps) * capShare / 10).rounded()) * 10),
        preset: preset)
    }
  }
}
