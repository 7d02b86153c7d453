import EncodingAPI
import Foundation

/// The same pictures of a source and of what was made of it, as small grey thumbnails: what ``Likeness`` is found from.
struct Thumbnails: Sendable {
  static let width = 64
  static let height = 36
  static let bytes = width * height
  /// Mean squared difference below which two thumbnails look the same: three levels of 256.
  static let indistinguishable = 9.0
  /// So much nearer to another moment, and the pictures are that moment's.
  static let shiftedShare = 0.75

  /// A run of pictures, equally far from each other.
  struct Run: Sendable {
    var firstSeconds: Double
    var source: [[UInt8]]
    var result: [[UInt8]]
  }

  var runs: [Run] = []
  var stepSeconds: Double

  static func pictures(_ raw: [UInt8]) -> [[UInt8]] {
    stride(from: 0, through: raw.count - bytes, by: bytes).map { Array(raw[$0..<$0 + bytes]) }
  }

  static func difference(_ left: [UInt8], _ right: [UInt8]) -> Double {
    var sum = 0
    for (a, b) in zip(left, right) {
      let distance = Int(a) - Int(b)
      sum += distance * distance
    }
    return Double(sum) / Double(max(1, left.count))
  }

  /// Of each moment: how far the result is from the source, and how far the source is from itself a second away, on
  /// the side where it is nearer (the other may lie beyond a cut).
  private func moments(_ run: Run) -> [(own: Double, source: Double)] {
    let lag = max(1, min(Int((1 / stepSeconds).rounded()), run.source.count - 1))
    return zip(run.source, run.result).enumerated().map { index, pair in
      let neighbours = [index - lag, index + lag].filter(run.source.indices.contains)
      let moved = neighbours.map { Self.difference(pair.0, run.source[$0]) }.min() ?? 0
      return (Self.difference(pair.0, pair.1), moved)
    }
  }

  private static func stray(_ moments: [(own: Double, source: Double)]) -> Double {
    let own = moments.reduce(0) { $0 + $1.own }
    return own / max(moments.reduce(0) { $0 + $1.source }, indistinguishable * Double(max(1, moments.count)))
  }

  var likeness: Likeness {
    let all = runs.flatMap(moments)
    var worst = (stray: 0.0, seconds: 0.0)
    let perSecond = max(1, Int((1 / stepSeconds).rounded()))
    for run in runs {
      let moments = moments(run)
      for start in stride(from: 0, to: moments.count, by: perSecond) {
        let second = Array(moments[start..<min(moments.count, start + perSecond)])
        guard second.count * 2 >= min(perSecond, moments.count) else { continue }
        let stray = Self.stray(second)
        if stray > worst.stray { worst = (stray, run.firstSeconds + Double(start) * stepSeconds) }
      }
    }
    return Likeness(
      stray: Self.stray(all).rounded(places: 3), worstSecondStray: worst.stray.rounded(places: 3),
      worstSecondAtSeconds: worst.seconds.rounded(places: 2), shiftSeconds: shiftSeconds?.rounded(places: 2))
  }

  /// Up to a second and a half either way.
  private var shiftSeconds: Double? {
    var best: (steps: Int, share: Double)?
    for steps in -8...8 where steps != 0 {
      var (own, other, count) = (0.0, 0.0, 0)
      for run in runs {
        for (index, result) in run.result.enumerated() {
          guard run.source.indices.contains(index), run.source.indices.contains(index + steps) else { continue }
          own += Self.difference(result, run.source[index])
          other += Self.difference(result, run.source[index + steps])
          count += 1
        }
      }
      guard count > 2, own / Double(count) > Self.indistinguishable else { continue }
      let share = other / own
      if share < best?.share ?? Self.shiftedShare { best = (steps, share) }
    }
    return best.map { Double($0.steps) * stepSeconds }
  }
}
