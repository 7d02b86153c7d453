import EncodingAPI

/// What is sampled of a film before its ladder is chosen: a few windows, each at up to four sizes and three rate
/// factors. Pure.
struct SamplePlan: Sendable {
  /// Around the rate factor of the fixed ladder: finer than it, coarser, and much coarser.
  static let rateFactorSteps = [-4, 5, 15]
  static let mostSizes = 4
  /// Windows of one group each. With 12 encodings and comparisons of each, six of two seconds cost an hour's film
  /// about two hundredths of its encoding, two of them a film of five minutes seven: nothing can be played before.
  static let fewestWindows = 2
  static let mostWindows = 6
  static let secondsPerWindow = 180.0
  /// No cap: the curve is to show what the film asks for.
  static let uncappedKbps = 200_000
  /// About how many times the processor time of encoding the same pictures once.
  static let work = 6.0

  var film: FilmPlan
  var windows: [PictureRange]

  /// `fixed` is the fixed ladder; `film` what is known of the film, its rungs not yet.
  init(_ film: FilmPlan, fixed: [Rung]) {
    var film = film
    let factor = fixed.first?.constantRateFactor ?? 23
    film.rungs = Self.sizes(of: fixed).flatMap { size in
      Self.rateFactorSteps.map { step in
        let value = min(51, max(1, factor + step))
        return Rung(
          name: "\(size.width)x\(size.height)-\(value)", width: size.width, height: size.height,
          constantRateFactor: value, maximumBitrateKbps: Self.uncappedKbps)
      }
    }
    self.film = film
    let count = min(
      Self.mostWindows, max(Self.fewestWindows, Int(film.durationSeconds / Self.secondsPerWindow)))
    windows = FilmWindows.spread(count, over: film.frameCount, groupFrames: film.groupFrames)
  }

  var sampledSeconds: Double { windows.reduce(0) { $0 + film.frameRate.seconds(ofFrames: $1.count) } }

  /// The ladder's sizes without those that are nearest to their neighbours; the largest and the smallest stay.
  static func sizes(of ladder: [Rung]) -> [PictureSize] {
    var sizes = ladder.map { PictureSize(width: $0.width, height: $0.height) }
    func area(_ index: Int) -> Double { Double(sizes[index].width * sizes[index].height) }
    while sizes.count > mostSizes {
      let gaps = (1..<sizes.count - 1).map { (index: $0, ratio: area($0 - 1) / area($0 + 1)) }
      guard let least = gaps.min(by: { $0.ratio < $1.ratio }) else { break }
      sizes.remove(at: least.index)
    }
    return sizes
  }
}
