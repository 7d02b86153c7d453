import Testing

@Suite("Comparing two ladders at equal quality")
struct RateComparisonTests {
  private func points(_ pairs: [(Double, Double)]) -> [RateComparison.Point] {
    pairs.map { RateComparison.Point(rate: $0.0, quality: $0.1) }
  }

  @Test("A ladder that needs half of every rate saves a half")
  func half() throws {
    let ratio = try #require(
      RateComparison(points([(1000, 70), (2000, 85), (4000, 95)]), points([(500, 70), (1000, 85), (2000, 95)])).ratio)
    #expect(abs(ratio - 0.5) < 0.001)
  }

  @Test("Points that another beats do not count, and qualities that only one reaches are left out")
  func beaten() throws {
    let ratio = try #require(
      RateComparison(points([(1000, 70), (3000, 60), (2000, 80)]), points([(1000, 70), (2000, 80), (9000, 99)])).ratio)
    #expect(abs(ratio - 1) < 0.001)
  }

  @Test("Without a quality in common there is nothing to compare")
  func apart() {
    #expect(RateComparison(points([(1000, 40), (2000, 50)]), points([(500, 70), (1000, 80)])).ratio == nil)
  }
}
