import Foundation
import Testing

@testable import RecommenderKit

@Suite struct LinearModelTests {
  private static let interactions = SampleTaste.interactions(profiles: 400)

  private static let made = Result { try LinearModel.train(interactions, SampleTaste.options) }

  private func trained() throws -> TrainedModel { try Self.made.get() }

  @Test("Weights are those of the formula, worked out by hand for two titles")
  func formula() throws {
    var builder = Interactions.Builder()
    for profile: Int32 in 0..<3 { builder.add(profile: profile, title: 0, weight: 1) }
    builder.add(profile: 0, title: 1, weight: 1)
    var options = TrainingOptions()
    options.ridges = [2]
    let model = try LinearModel.train(builder.build(), options)
    // n̄ = 4/3; r = (2 / n̄)^−½ for the first profile and (1 / n̄)^−½ for the others.
    let first = powf(1.5, -0.5)
    let second = powf(0.75, -0.5)
    let raise: Float = 1 + 0.33 / 0.67
    let a00 = (first + 2 * second) * raise + 2
    let a11 = first * raise + 2
    // P is A⁻¹: P₀₁ = −A₀₁ / det and P₁₁ = A₀₀ / det, so that the weight from 0 to 1 is A₀₁ / A₀₀.
    #expect(abs(model.weights.value(from: 0, to: 1) - first / a00) < 1e-5)
    #expect(abs(model.weights.value(from: 1, to: 0) - first / a11) < 1e-5)
    #expect(model.weights.value(from: 0, to: 0) == 0)
    #expect(model.popularity == [1, 1 / 3])
  }

  @Test("Who likes one genre is recommended that genre")
  func genre() throws {
    let model = try trained()
    for genre: Int32 in 0..<4 {
      let history: [(title: Int32, weight: Float)] = [(genre, 1), (genre + 4, 1), (genre + 8, 0.4)]
      let seen = TitleMask(titleCount: model.titleCount, masking: history.map(\.title))
      let best = model.topTitles(model.scores(of: history), count: 5, mask: seen)
      #expect(best.allSatisfy { $0.title % 4 == genre && !history.map(\.title).contains($0.title) })
      #expect(zip(best, best.dropFirst()).allSatisfy { $0.score >= $1.score })
    }
  }

  @Test("Held-out profiles are found better than by chance, and the best λ is taken")
  func heldOut() throws {
    let report = try #require(try trained().heldOut)
    #expect((70...80).contains(report.best.profiles))
    #expect(report.best.ndcgAt100 > 0.35)
    #expect(report.trials.allSatisfy { $0.ndcgAt100 <= report.best.ndcgAt100 })
    #expect(report.trials.map(\.ridge) == report.trials.map(\.ridge).sorted())
  }

  @Test("Rivals are judged on the same profiles, and change nothing about the model")
  func rivals() throws {
    let best = try #require(try trained().heldOut).best
    func report(_ rivals: [Rival]) throws -> HeldOutReport {
      let model = try LinearModel.train(Self.interactions, SampleTaste.options, against: rivals)
      #expect(try model.weights == trained().weights)
      return try #require(model.heldOut)
    }
    let popular = try report([Rival("nothing") { _, popularity in popularity.map { _ in 0 } }, .popularity()])
    #expect(popular.rivals.map(\.name) == ["popularity", "nothing"])
    let lead = try #require(popular.best.lead)
    #expect(abs(lead.mean - (best.ndcgAt100 - popular.rivals[0].ndcgAt100)) < 1e-9)
    #expect(lead.mean > 2 * lead.standardError && lead.standardError > 0)
    #expect(best.lead == nil)
  }

  @Test("What a rival is judged by knows of no profile that was held out")
  func judgesFairly() throws {
    let heldOut = try #require(HeldOutProfiles(Self.interactions, SampleTaste.options))
    let sums = Self.interactions.popularity(without: heldOut.isHeldOut).weights
    let most = try #require(sums.max())
    let watching = Rival("popularity") { _, popularity in
      #expect(popularity == sums.map { $0 / most })
      return popularity
    }
    let judged = try #require(HeldOutProfiles(Self.interactions, SampleTaste.options, against: [watching]))
    #expect(judged.rivals.count == 1)
  }

  @Test("A lead is the mean of differences with its standard error")
  func leads() {
    let lead = Lead(of: [0.5, 0.7, 0.9], over: [0.4, 0.4, 0.4])
    #expect(abs(lead.mean - 0.3) < 1e-12)
    #expect(abs(lead.standardError - 0.2 / 3.0.squareRoot()) < 1e-12)
    #expect(Lead(of: [1], over: [0]).standardError == .infinity)
  }

  @Test("The same interactions make the same model")
  func reproducible() throws {
    #expect(try trained() == LinearModel.train(Self.interactions, SampleTaste.options))
  }

  @Test("No more weights are kept of a title than were asked for, the greatest ones")
  func pruned() throws {
    var options = SampleTaste.options
    options.ridges = [5]
    let whole = try LinearModel.train(Self.interactions, options)
    options.weightsPerTitle = 6
    let pruned = try LinearModel.train(Self.interactions, options)
    for target: Int32 in 0..<Int32(SampleTaste.titleCount) {
      func weights(_ model: TrainedModel) -> [Float] {
        (0..<Int32(SampleTaste.titleCount)).map { model.weights.value(from: $0, to: target) }.filter { $0 != 0 }
      }
      let greatest = weights(whole).sorted { abs($0) > abs($1) }.prefix(6)
      #expect(Set(weights(pruned)) == Set(greatest))
    }
    #expect(whole.weights.row(of: 0).contains { $0.value < 0 })
  }

  @Test("A profile of a thousand times the events moves weights less than a tenth")
  func influence() throws {
    var options = SampleTaste.options
    options.ridges = [5]
    var builder = Interactions.Builder()
    for profile in 0..<Self.interactions.profileCount {
      for (title, weight) in Self.interactions.history(of: profile) {
        builder.add(profile: Int32(profile), title: title, weight: weight)
      }
    }
    for _ in 0..<100 {
      for title in 0..<Int32(SampleTaste.titleCount) { builder.add(profile: 400, title: title, weight: 1) }
    }
    let before = try LinearModel.train(Self.interactions, options)
    let after = try LinearModel.train(builder.build(), options)
    let greatest = before.weights.row(of: 0).map(\.value).max() ?? 0
    for (target, value) in before.weights.row(of: 0) {
      #expect(abs(after.weights.value(from: 0, to: target) - value) < greatest / 10)
    }
  }

  @Test("Nothing to learn from makes a model that scores everything alike")
  func nothing() throws {
    let empty = try LinearModel.train(Interactions.Builder().build(titleCount: 3))
    #expect(empty.scores(of: [(1, 1)]) == [0, 0, 0])
    #expect(empty.heldOut == nil)
    #expect(try LinearModel.train(Interactions.Builder().build()).titleCount == 0)
  }

  @Test("With too few profiles nobody is held out, and λ is the one to begin with")
  func few() throws {
    let model = try LinearModel.train(SampleTaste.interactions(profiles: 30), SampleTaste.options)
    #expect(model.heldOut == nil)
    #expect(model.ridge == 5)
  }

  @Test("Titles beyond the maximum have popularity alone")
  func maximum() throws {
    var options = SampleTaste.options
    options.titlesMaximum = 10
    let model = try LinearModel.train(Self.interactions, options)
    let kept = (0..<Int32(SampleTaste.titleCount)).filter { !model.weights.row(of: $0).isEmpty }
    #expect(kept.count == 10)
    #expect(model.popularity.allSatisfy { $0 > 0 })
    let least = kept.map { model.popularity[Int($0)] }.min() ?? 0
    #expect(model.popularity.count { $0 > least } < 10)
  }

  @Test("A training that is called off ends with that")
  func cancelled() {
    #expect(throws: TrainingError.cancelled) {
      try LinearModel.train(Self.interactions, SampleTaste.options, isCancelled: { true })
    }
  }

  @Test("A matrix that has no inverse is an error, not a crash")
  func notPositiveDefinite() {
    var options = SampleTaste.options
    options.ridges = [-10_000]
    #expect(throws: TrainingError.notPositiveDefinite) { try LinearModel.train(Self.interactions, options) }
  }
}
