import Testing

@testable import RecommenderKit

@Suite struct TitleFactorsTests {
  private static let interactions = SampleTaste.interactions(profiles: 120)

  private static var options: TrainingOptions {
    var options = SampleTaste.options
    options.isBlendTried = true
    options.factorDimension = 8
    options.factorIterations = 6
    return options
  }

  private static let made = Result {
    try TitleFactors.train(interactions, options, regularization: 0.01, without: nil) { false }
  }

  @Test("A profile's vector solves its equations")
  func solve() throws {
    let factors = TitleFactors(
      dimension: 2, unobservedWeight: 0.5, regularization: 0.1, vectors: [1, 0, 0, 2, 1, 1])
    // ½ VᵀV = [[1, ½], [½, 2½]]; title 1 of weight 1 adds [[0, 0], [0, 4]], the ridge 0.1 · (1 + ½ · 3) = ¼.
    let solved = factors.solve([1], [1])
    let (a, b, d): (Float, Float, Float) = (1.25, 0.5, 6.75)
    let determinant = a * d - b * b
    #expect(abs(solved[0] - -b * 2 / determinant) < 1e-5)
    #expect(abs(solved[1] - a * 2 / determinant) < 1e-5)
    let scores = factors.scores(of: [(1, 1)])
    #expect(abs(scores[2] - (solved[0] + solved[1])) < 1e-5)
  }

  @Test("Who likes one genre scores that genre highest")
  func genre() throws {
    let factors = try Self.made.get()
    for genre: Int32 in 0..<4 {
      let scores = factors.scores(of: [(genre, 1), (genre + 4, 1), (genre + 8, 1)])
      let best = bestTitles(scores, count: 6, mask: TitleMask(titleCount: scores.count))
      #expect(best.allSatisfy { $0.title % 4 == genre })
    }
  }

  @Test("A history that says nothing scores nothing")
  func nothing() throws {
    let factors = try Self.made.get()
    #expect(factors.scores(of: []).allSatisfy { $0 == 0 })
    #expect(factors.scores(of: [(-1, 1), (100_000, 1), (3, 0)]).allSatisfy { $0 == 0 })
  }

  @Test("A blend is the sum of z-scores, and is written and read")
  func blend() throws {
    var model = try LinearModel.train(Self.interactions, SampleTaste.options)
    let linear = model.scores(of: [(0, 1), (4, 1)])
    let factors = try Self.made.get()
    model.blend = TrainedModel.Blend(factors: factors, share: 0.4)
    func standardized(_ scores: [Float]) -> [Float] {
      let mean = scores.reduce(0, +) / Float(scores.count)
      let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(scores.count)).squareRoot()
      return scores.map { ($0 - mean) / deviation }
    }
    let expected = zip(standardized(linear), standardized(factors.scores(of: [(0, 1), (4, 1)]))).map { $0 + 0.4 * $1 }
    #expect(zip(model.scores(of: [(0, 1), (4, 1)]), expected).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(model.scores(of: []).allSatisfy { $0.isFinite })
    let titles = (0..<model.titleCount).map { "t\($0)" }
    let read = try ModelFile.decode(ModelFile.encode(model, titles: titles)).model
    #expect(read == model)
  }

  @Test("Factors are taken where they help held-out profiles by enough, and left where they do not")
  func gate() throws {
    var options = Self.options
    options.factorRegularizations = [0.01]
    options.blendGainMinimum = -1
    let blended = try LinearModel.train(Self.interactions, options)
    let report = try #require(blended.heldOut)
    #expect(report.blendTrials.count == options.blendShares.count)
    let best = report.trials.map(\.ndcgAt100).max() ?? 0
    #expect(report.best.ndcgAt100 == best)
    #expect((blended.blend != nil) == (report.best.blendShare > 0))
    options.blendGainMinimum = 10
    let alone = try LinearModel.train(Self.interactions, options)
    #expect(alone.blend == nil)
    #expect(alone.heldOut?.best.blendShare == 0)
    #expect(alone.heldOut?.blendTrials.count == options.blendShares.count)
    options.isBlendTried = false
    let untried = try LinearModel.train(Self.interactions, options)
    #expect(untried.heldOut?.blendTrials.isEmpty == true)
  }
}
