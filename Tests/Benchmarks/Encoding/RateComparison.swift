import Foundation

/// How much less a ladder needs for what another shows, as Bjøntegaard has it for curves: the mean difference of the
/// logarithms of the rates over the qualities that both reach, each curve drawn straight from point to point.
struct RateComparison: Sendable {
  struct Point: Sendable, Equatable {
    var rate: Double
    var quality: Double
  }

  /// 0.7 where the second needs 30 % less; nil where the two reach no quality in common.
  let ratio: Double?

  init(fixed: [EncodedJob.Rendition], own: [EncodedJob.Rendition]) {
    self.init(Self.points(fixed), Self.points(own))
  }

  init(_ reference: [Point], _ other: [Point]) {
    let (first, second) = (Self.hull(reference), Self.hull(other))
    guard let low = [first.first?.quality, second.first?.quality].compactMap({ $0 }).max(),
      let high = [first.last?.quality, second.last?.quality].compactMap({ $0 }).min(), first.count > 1,
      second.count > 1, high > low
    else {
      ratio = nil
      return
    }
    let steps = 200
    let differences = (0...steps).map { step in
      let quality = low + (high - low) * Double(step) / Double(steps)
      return Self.logRate(at: quality, on: second) - Self.logRate(at: quality, on: first)
    }
    ratio = exp(differences.reduce(0, +) / Double(differences.count))
  }

  var text: String {
    guard let ratio else { return "no quality in common: not to be compared" }
    let percent = String(format: "%+.0f %%", 100 * (ratio - 1))
    return "\(percent) bytes at equal VMAF"
  }

  private static func points(_ renditions: [EncodedJob.Rendition]) -> [Point] {
    renditions.compactMap { rendition in
      rendition.vmaf.map { Point(rate: max(1, rendition.averageBitrateKbps), quality: $0) }
    }
  }

  /// By quality, without points that another beats in both.
  private static func hull(_ points: [Point]) -> [Point] {
    points.filter { point in
      !points.contains { $0 != point && $0.rate <= point.rate && $0.quality >= point.quality }
    }.sorted { $0.quality < $1.quality }
  }

  private static func logRate(at quality: Double, on points: [Point]) -> Double {
    guard let upper = points.firstIndex(where: { $0.quality >= quality }) else { return log(points.last?.rate ?? 1) }
    guard upper > 0 else { return log(points[0].rate) }
    let (left, right) = (points[upper - 1], points[upper])
    let part = (quality - left.quality) / max(1e-9, right.quality - left.quality)
    return log(left.rate) + part * (log(right.rate) - log(left.rate))
  }
}

extension [Double] {
  /// Of an even number, the upper of the two in the middle.
  var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Double {
  /// Two places.
  var text: String { String(format: "%.2f", self) }
}
