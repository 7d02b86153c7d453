import EncodingAPI

/// The fixed ladder: the sizes a film is encoded at, of its own shape and never above it, each with its cap.
enum RenditionLadder {
  /// Boxes a rung must fit into: 16:9 on its side for portrait films.
  static let boxes = [(1920, 1080), (1280, 720), (960, 540), (640, 360), (416, 234)]

  /// At 1920×1080 and up to 30 pictures a second; others by area to the power of ¾, since larger pictures need fewer
  /// bits per pixel.
  static let referenceBitrateKbps = 5000.0
  private static let referenceArea = 1920.0 * 1080

  /// Best first; at least one. `width` and `height` are as shown.
  static func rungs(width: Int, height: Int, frameRate: FrameRate, constantRateFactor: Int) -> [Rung] {
    let isPortrait = height > width
    var sizes = boxes.map { long, short in
      fit(width: width, height: height, into: isPortrait ? (short, long) : (long, short))
    }.filter { $0.width <= width && $0.height <= height }
    // A small film, or one well between two rungs, also comes at its own size.
    let own = (width: max(2, width / 2 * 2), height: max(2, height / 2 * 2))
    if let best = sizes.first {
      let isBelowTop = fits(own, into: isPortrait ? (1080, 1920) : (1920, 1080))
      if isBelowTop, Double(own.width * own.height) > 1.25 * Double(best.width * best.height) {
        sizes.insert(own, at: 0)
      }
    } else {
      sizes = [own]
    }
    var names: Set<String> = []
    return sizes.compactMap { size in
      let name = "\(min(size.width, size.height))p"
      // Very wide films meet the same short side twice.
      guard names.insert(name).inserted else { return nil }
      return Rung(
        name: name, width: size.width, height: size.height, constantRateFactor: constantRateFactor,
        maximumBitrateKbps: bitrateKbps(size, frameRate))
    }
  }

  private static func bitrateKbps(_ size: (width: Int, height: Int), _ rate: FrameRate) -> Int {
    let area = Double(size.width * size.height) / referenceArea
    // √√ twice: the ¾ power without a mathematics library.
    let root = area.squareRoot()
    let kbps = referenceBitrateKbps * root * root.squareRoot() * (rate.framesPerSecond > 31 ? 1.4 : 1)
    return max(60, Int((kbps / 10).rounded()) * 10)
  }

  private static func fit(width: Int, height: Int, into box: (Int, Int)) -> (width: Int, height: Int) {
    let scale = min(Double(box.0) / Double(width), Double(box.1) / Double(height))
    return (even(Double(width) * scale), even(Double(height) * scale))
  }

  private static func fits(_ size: (width: Int, height: Int), into box: (Int, Int)) -> Bool {
    size.width <= box.0 && size.height <= box.1
  }

  private static func even(_ side: Double) -> Int { max(2, Int((side / 2).rounded(.toNearestOrAwayFromZero)) * 2) }
}
