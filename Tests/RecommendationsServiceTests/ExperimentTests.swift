import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct AllocationTests {
  private func experiment(_ seed: String, share: Double = 1, arms: Int = 2) -> Experiment {
    Experiment(
      id: ExperimentID(seed: seed), name: "x", kind: .comparison, share: share,
      arms: (0..<arms).map { ExperimentArm(name: "\($0)") }, startedAt: noon)
  }

  @Test("A profile is always on the same side, half of them on either, and the sides of two experiments are unrelated")
  func allocates() {
    let (one, two) = (experiment("one"), experiment("two"))
    let sides = (0..<4000).map { index -> (Int, Int) in
      let profile = profileID("p\(index)")
      let side = Allocation(of: profile, in: one)?.arm
      #expect(side == Allocation(of: profile, in: one)?.arm)
      return (side ?? -1, Allocation(of: profile, in: two)?.arm ?? -1)
    }
    for pair in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let count = sides.count { $0 == pair }
      #expect((850...1150).contains(count), "\(pair): \(count)")
    }
  }

  @Test("As many profiles take part as were asked for, and each arm has its part of them")
  func takesShare() {
    let some = experiment("some", share: 0.3, arms: 3)
    let arms = (0..<9000).compactMap { Allocation(of: profileID("p\($0)"), in: some)?.arm }
    #expect((2500...2900).contains(arms.count), "\(arms.count)")
    for arm in 0..<3 { #expect((780...1020).contains(arms.count { $0 == arm })) }
  }
}

@Suite struct TeamDraftTests {
  @Test("Both sides have as many titles, each its best that was left, and none comes twice")
  func drafts() {
    var random = SeededRandom(seed: 7)
    let draft = TeamDraft(Array(1...30), Array((11...40).reversed()), count: 20, using: &random)
    #expect(draft.items.count == 20)
    #expect(Set(draft.items).count == 20)
    #expect(draft.items.filter { draft.teams[$0] == .own } == Array(1...10))
    #expect(draft.items.filter { draft.teams[$0] == .rival } == Array((31...40).reversed()))
  }

  @Test("Chance decides who picks first: of equal orders either side has the best title as often")
  func isFair() {
    var random = SeededRandom(seed: 1)
    let firsts = (0..<2000).map { _ in
      TeamDraft([1, 2, 3, 4], [1, 2, 3, 4], count: 4, using: &random).teams[1]
    }
    #expect((900...1100).contains(firsts.count { $0 == .own }))
  }

  @Test("A side that has nothing left lets the other go on")
  func endsEarly() {
    var random = SeededRandom(seed: 1)
    let draft = TeamDraft([1], [5, 6, 7], count: 20, using: &random)
    #expect(Set(draft.items) == [1, 5, 6, 7])
  }
}

@Suite struct StatisticsTests {
  @Test("The share of a sample lies within Wilson's interval, also at its ends")
  func shares() throws {
    let half = try #require(Statistics.share(50, of: 100))
    #expect(abs(half.low - 0.4038) < 0.0005 && abs(half.high - 0.5962) < 0.0005)
    let none = try #require(Statistics.share(0, of: 10))
    #expect(none.low == 0 && abs(none.high - 0.2775) < 0.0005)
    #expect(Statistics.share(0, of: 0) == nil)
  }

  @Test("The interval of a mean holds the truth 95 times in a hundred")
  func covers() {
    var random = SeededRandom(seed: 11)
    let hits = (0..<2000).count { _ in
      let values = (0..<60).map { _ in Double.random(in: 0...1, using: &random) }
      guard let estimate = Statistics.Mean(values, step: 1)?.estimate else { return false }
      return estimate.low <= 0.5 && 0.5 <= estimate.high
    }
    #expect((1850...1940).contains(hits), "\(hits)")
    #expect(Statistics.Mean([1], step: 1) == nil)
  }

  @Test(
    "Of few values the interval is Student's",
    arguments: [(4, 2.776), (9, 2.262), (30, 2.042), (1000, 1.962)] as [(Double, Double)])
  func student(freedom: Double, quantile: Double) {
    #expect(abs(Statistics.studentQuantile(freedom) / quantile - 1) < 0.01)
  }

  @Test("An arm of which nothing was begun yet may be worth something, the less the more profiles saw it")
  func boundsNothing() throws {
    func arm(_ profiles: Int, playing: Int) -> [OutcomeReader.ProfileOutcome] {
      (0..<profiles).map {
        .init(arm: 0, pages: 1, impressions: 20, plays: $0 < playing ? 1 : 0, completions: 0)
      }
    }
    func report(_ first: Int, of firsts: Int, _ second: Int, of seconds: Int) throws -> [ExperimentReport.Arm] {
      let experiment = Experiment(
        id: ExperimentID(seed: "x"), name: "x", kind: .comparison, share: 1,
        arms: ["a", "b"].map { ExperimentArm(name: $0) }, startedAt: noon)
      let other = arm(seconds, playing: second).map {
        OutcomeReader.ProfileOutcome(
          arm: 1, pages: $0.pages, impressions: $0.impressions, plays: $0.plays, completions: $0.completions)
      }
      return try #require(ExperimentResults.comparison(experiment, arm(firsts, playing: first) + other).arms)
    }
    // Three of a hundred profiles could have begun one of their twenty titles, and none of a hundred have.
    let none = try report(0, of: 100, 0, of: 10)
    let (many, few) = (try #require(none[0].playRate), try #require(none[1].playRate))
    #expect(many.value == 0 && many.low == 0 && (0.03 / 20...0.04 / 20).contains(many.high))
    #expect(few.high > 7 * many.high)
    let same = try #require(none[1].difference)
    #expect(same.low < 0 && same.high > 0 && same.high >= few.high)
    // One play more is chance; twenty are not.
    let one = try #require(try report(0, of: 50, 1, of: 50)[1].difference)
    #expect(one.low < 0 && one.value > 0)
    let twenty = try #require(try report(0, of: 50, 20, of: 50)[1].difference)
    #expect(twenty.low > 0)
    // Of two profiles one knows next to nothing; of a rate one knows that it is 0 to 1.
    let two = try report(1, of: 2, 0, of: 2)
    let rate = try #require(two[0].playRate)
    #expect(rate.low == 0 && rate.high <= 1)
    #expect(try #require(two[1].difference).low >= -1)
    // Where everybody began one title, the next may still begin none.
    let all = try #require(try report(10, of: 10, 0, of: 10)[0].playRate)
    #expect(all.low < 0.05 && all.low > 0 && all.high > 0.05)
  }

  @Test("A replay of draws that led to nothing says how much could have been, and none of a policy that was never met")
  func replaysNothing() throws {
    func draws(_ count: Int, rank: Int) -> [Replay.Draw] {
      (0..<count).map { _ in
        .init(propensity: 0.05, poolSize: 20, rank: rank, popularityRank: rank, isPlayed: false)
      }
    }
    func policy(_ name: String, _ report: ReplayReport) throws -> ReplayReport.Policy {
      try #require(report.policies.first { $0.name == name })
    }
    let never = try policy("best", Replay.report(draws(50, rank: 3)))
    #expect(never.ips == nil && never.snips == nil && never.effectiveImpressions == 0)
    let met = try policy("best", Replay.report(draws(50, rank: 3) + draws(10, rank: 0)))
    for estimate in [try #require(met.ips), try #require(met.snips)] {
      #expect(estimate.value == 0 && estimate.low == 0 && estimate.high > 0.2)
    }
    let uniform = try #require(try policy("uniform", Replay.report(draws(60, rank: 3))).snips)
    #expect((0.05...0.07).contains(uniform.high))
  }

  @Test("A replay finds from draws by chance what another policy would have been worth")
  func replays() throws {
    var random = SeededRandom(seed: 6)
    // The title that the page's order has first is begun in 40 of 100 cases, the others in 10.
    let draws = (0..<40_000).map { _ in
      let rank = Int.random(in: 0..<20, using: &random)
      let chance = rank == 0 ? 0.4 : 0.1
      return Replay.Draw(
        propensity: 0.05, poolSize: 20, rank: rank, popularityRank: 19 - rank,
        isPlayed: Double.random(in: 0..<1, using: &random) < chance)
    }
    let report = Replay.report(draws)
    #expect(report.impressions == 40_000)
    for (name, truth) in [("best", 0.4), ("popularity", 0.1), ("uniform", 0.115)] {
      let policy = try #require(report.policies.first { $0.name == name })
      for estimate in [try #require(policy.ips), try #require(policy.snips)] {
        #expect(estimate.low <= truth && truth <= estimate.high, "\(name): \(estimate)")
        #expect(estimate.high - estimate.low < 0.08)
      }
    }
    let best = try #require(report.policies.first { $0.name == "best" })
    #expect((1800...2200).contains(best.effectiveImpressions))
    #expect(Replay.report([]).policies.allSatisfy { $0.ips == nil && $0.snips == nil })
  }
}

@Suite struct CalibrationTests {
  @Test("Top picks come nearer to the genres of the history, and at λ = 0 stay by score")
  func calibrates() {
    let names = (0..<120).map { "t\($0)" }
    let sample = SampleShelf(
      (0..<120).map { facts("t\($0)", genres: [$0 % 4 == 0 ? "horror" : "comedy"]) }, named: names)
    // Half and half watched, but everything of horror scores a hair more.
    var scores = [Float](repeating: 0, count: 121)
    for number in 1...120 { scores[number] = sample.shelf.facts[number]?.genres == ["horror"] ? 1 : 0.995 }
    let ranked = (1...120).map(TitleNumber.init).sorted { (scores[Int($0)], $1) > (scores[Int($1)], $0) }
    let history: [(title: TitleNumber, weight: Float)] = [(1, 1), (2, 1)]
    let plain = Calibration(share: 0, history: history, shelf: sample.shelf)
    let calibrated = Calibration(share: 0.2, history: history, shelf: sample.shelf)
    #expect(plain.rerank(ranked, scores: scores, count: 20) == ranked)
    let list = calibrated.rerank(ranked, scores: scores, count: 20)
    #expect(Set(list) == Set(ranked) && list.count == ranked.count)
    let comedies = list.prefix(20).count { sample.shelf.facts[Int($0)]?.genres == ["comedy"] }
    #expect((7...11).contains(comedies), "\(comedies)")
    #expect(calibrated.mismatch(of: Array(list.prefix(20))) < calibrated.mismatch(of: Array(ranked.prefix(20))) / 3)
  }
}
