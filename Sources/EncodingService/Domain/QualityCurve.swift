import EncodingAPI

/// What a film comes to at each sampled size and any rate factor between those sampled. Pure.
struct QualityCurve: Sendable {
  struct Estimate: Sendable, Hashable {
    var size: PictureSize
    var constantRateFactor: Int
    var kbps: Double
    /// On VMAF's scale.
    var quality: Double
  }

  let measure: QualityMeasure
  /// Means over the windows; by size, largest first, then by rate factor.
  let points: [CurvePoint]

  /// `windows`: the same points of each window; those not found in every window are left out. Quality is VMAF where
  /// every point has it.
  init(windows: [[CurvePoint]]) {
    struct Place: Hashable {
      var size: PictureSize
      var factor: Int
    }
    let all = windows.flatMap { $0 }
    let places = Dictionary(grouping: all) {
      Place(size: PictureSize(width: $0.width, height: $0.height), factor: $0.constantRateFactor)
    }
    points = places.filter { $0.value.count == windows.count }.map { place, found in
      func mean(_ value: (CurvePoint) -> Double) -> Double {
        found.reduce(0) { $0 + value($1) } / Double(found.count)
      }
      return CurvePoint(
        width: place.size.width, height: place.size.height, constantRateFactor: place.factor,
        kbps: (mean(\.kbps) * 10).rounded() / 10, ssim: mean(\.ssim),
        vmaf: found.allSatisfy { $0.vmaf != nil } ? mean { $0.vmaf ?? 0 } : nil)
    }.sorted {
      ($1.width * $1.height, $0.constantRateFactor) < ($0.width * $0.height, $1.constantRateFactor)
    }
    measure = points.allSatisfy { $0.vmaf != nil } ? .vmaf : .ssim
  }

  var sizes: [PictureSize] {
    var sizes: [PictureSize] = []
    for point in points {
      let size = PictureSize(width: point.width, height: point.height)
      if sizes.last != size { sizes.append(size) }
    }
    return sizes
  }

  /// Nil outside of what was sampled: nothing is made up.
  func estimate(_ size: PictureSize, constantRateFactor factor: Int) -> Estimate? {
    let known = points.filter { $0.width == size.width && $0.height == size.height }
    let x = Double(factor)
    guard let upper = known.firstIndex(where: { $0.constantRateFactor >= factor }) else { return nil }
    if known[upper].constantRateFactor == factor {
      return Estimate(
        size: size, constantRateFactor: factor, kbps: known[upper].kbps, quality: quality(known[upper]))
    }
    guard upper > 0 else { return nil }
    let (left, right) = (known[upper - 1], known[upper])
    let part =
      (x - Double(left.constantRateFactor)) / Double(right.constantRateFactor - left.constantRateFactor)
    // Rates fall by about the same share for each step of the rate factor.
    let kbps = left.kbps * Self.power(right.kbps / max(0.1, left.kbps), part)
    return Estimate(
      size: size, constantRateFactor: factor, kbps: kbps,
      quality: quality(left) + part * (quality(right) - quality(left)))
  }

  /// Everything between what was sampled.
  var estimates: [Estimate] {
    sizes.flatMap { size in
      let factors = points.filter { $0.width == size.width && $0.height == size.height }.map(\.constantRateFactor)
      return ((factors.min() ?? 0)...(factors.max() ?? 0)).compactMap { estimate(size, constantRateFactor: $0) }
    }
  }

  private func quality(_ point: CurvePoint) -> Double {
    measure == .vmaf ? point.vmaf ?? 0 : Self.vmafLike(ssim: point.ssim)
  }

  /// Measured pairs of SSIM and VMAF of films at several sizes and rates.
  private static let pairs = [
    (0.0, 0.0), (0.5, 15.0), (0.7, 35), (0.8, 54), (0.87, 69), (0.92, 79), (0.95, 87), (0.97, 91), (0.986, 95.5),
    (1, 100),
  ]

  static func vmafLike(ssim: Double) -> Double {
    guard let upper = pairs.firstIndex(where: { $0.0 >= ssim }), upper > 0 else { return ssim > 0.5 ? 100 : 0 }
    let (left, right) = (pairs[upper - 1], pairs[upper])
    return left.1 + (ssim - left.0) / (right.0 - left.0) * (right.1 - left.1)
  }

  /// `base` to the power of `part`, 0 to 1, by square roots: no mathematics library is needed for that.
  private static func power(_ base: Double, _ part: Double) -> Double {
    var (result, root, rest) = (1.0, base, part)
    for _ in 0..<30 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= root
        rest -= 1
      }
    }
    return result
  }
}
