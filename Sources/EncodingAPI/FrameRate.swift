/// Frames per second, exact.
package struct FrameRate: Codable, Sendable, Hashable, CustomStringConvertible {
  package var numerator: Int
  package var denominator: Int

  package init(_ numerator: Int, _ denominator: Int = 1) {
    self.numerator = numerator
    self.denominator = denominator
  }

  package var framesPerSecond: Double { Double(numerator) / Double(denominator) }
  package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  package func seconds(ofFrames count: Int) -> Double {
    Double(count) * Double(denominator) / Double(numerator)
  }

  /// Ticks per second in which every frame lasts a whole number of ticks.
  package var timescale: Int { numerator >= 1000 ? numerator : numerator * 1000 }
}
