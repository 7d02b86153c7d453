import EncodingAPI

/// Finds the constant rate at which pictures follow each other, if there is one.
enum FrameClock {
  static let standardRates = [
    FrameRate(24_000, 1001), FrameRate(24), FrameRate(25), FrameRate(30_000, 1001), FrameRate(30), FrameRate(48),
    FrameRate(50), FrameRate(60_000, 1001), FrameRate(60),
  ]
  /// Above it films are conformed down.
  static let fastest = FrameRate(60)

  /// How far a picture may be from its place, in pictures: chunks are cut half a picture early.
  static let tolerance = 0.25

  /// The rate among `declared`, the standard ones and the measured one whose grid all `times` (seconds, ascending)
  /// lie on; nil where the rate varies.
  static func constantRate(of times: [Double], declared: [FrameRate]) -> FrameRate? {
    guard let first = times.first, let last = times.last else { return nil }
    guard times.count > 1, last > first else { return declared.first ?? FrameRate(25) }
    let measured = Double(times.count - 1) / (last - first)
    let candidates = (declared + standardRates).filter {
      $0.numerator > 0 && $0.denominator > 0 && abs($0.framesPerSecond / measured - 1) < 0.02
    }
    let fits = candidates.map { (rate: $0, drift: drift(of: times, at: $0)) }.filter { $0.drift < tolerance }
    // Of two that fit a short film, the closer; of equals, the one declared first.
    return fits.min { $0.drift < $1.drift - 0.001 }?.rate
  }

  /// The greatest distance of a picture from its place, in pictures.
  static func drift(of times: [Double], at rate: FrameRate) -> Double {
    guard let first = times.first else { return 0 }
    var greatest = 0.0
    for (index, time) in times.enumerated() {
      greatest = max(greatest, abs((time - first) * rate.framesPerSecond - Double(index)))
    }
    return greatest
  }

  /// The standard rate nearest to what `times` average.
  static func nearestStandardRate(of times: [Double]) -> FrameRate {
    guard times.count > 1, let first = times.first, let last = times.last, last > first else { return FrameRate(25) }
    let measured = Double(times.count - 1) / (last - first)
    return standardRates.min { abs($0.framesPerSecond - measured) < abs($1.framesPerSecond - measured) }
      ?? FrameRate(25)
  }
}
