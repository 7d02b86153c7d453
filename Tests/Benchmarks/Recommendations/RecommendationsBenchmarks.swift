import Contract
import EventKit
import Foundation
import PlaybackAPI
import RecommendationsAPI
import TestKit
import Testing

/// What recommendations cost and how soon they follow, at 20,000 titles and 100,000 profiles;
/// `deploy/bench recommendations` asks for them.
@Suite(.serialized, .enabled(if: Bench.binary != nil, "deploy/bench recommendations runs these"))
struct RecommendationsBenchmarks {
  private static let titles = 20_000
  private static let profiles = 100_000

  @Test("serving: home rows, and how soon they follow what a profile says, with and without a training beside")
  func serving() async throws {
    let audience = InventedAudience(titles: Self.titles, profiles: Self.profiles, now: Bench.wholeHour)
    try await AudienceStage.with(audience, ["bus", "playback"]) { stage in
      try await Self.start(stage)
      let floor = try await Latencies.of(2000, atOnce: 1) { _ in
        _ = try await PublicClient(address: stage.stack.address(of: "recommendations")).get("/livez")
      }
      Bench.print("/livez, the floor of all that follows: \(floor.text)")
      Bench.print("memory at rest: \(stage.memory >> 20) MiB; its database: \(stage.databaseBytes >> 20) MiB")
      try await Self.pages("while the first model is trained", from: 0, on: stage)
      try await Self.awaitModel(on: stage)
      for concurrency in [1, 4] {
        try await Self.pages("with a model", from: 10_000 * concurrency, atOnce: concurrency, on: stage)
      }
      Bench.print(
        "memory with a model and the pages of all these profiles: \(stage.memory >> 20) MiB; at most, while it was "
          + "trained: \(stage.peakMemory >> 20) MiB")
      try await Self.follow("event to page", from: 60_000, on: stage)
      try await stage.train()
      try await Self.follow("event to page while a model is trained", from: 70_000, on: stage)
      try await Self.pages("while a model is trained", from: 80_000, on: stage)
    }
  }

  @Test("catch-up: events a second that are taken in while pages are served")
  func catchUp() async throws {
    let audience = InventedAudience(titles: Self.titles, profiles: Self.profiles, now: Bench.wholeHour)
    try await AudienceStage.with(audience, ["bus"]) { stage in
      let told = try await stage.tellOfPlays(Self.events)
      try await Self.start(stage)
      try await Self.catchUp(to: told, on: stage)
    }
  }

  @Test("flood: a million events of one profile, what they weigh and whom they hinder")
  func flood() async throws {
    let audience = InventedAudience(titles: Self.titles, profiles: Self.profiles, now: Bench.wholeHour)
    try await AudienceStage.with(audience, ["bus"]) { stage in
      let before = stage.databaseBytes
      let told = try await stage.tellOfPlays(1_000_000, by: 0)
      try await Self.start(stage)
      try await Self.catchUp(to: told, on: stage)
      let labels = try stage.labels(of: 0)
      Bench.print(
        "labels of the profile: \(labels.count), the greatest \(labels.max() ?? 0); the database grew by "
          + "\((stage.databaseBytes - before) >> 20) MiB")
      let page = try await Latencies.of(100, atOnce: 1) { _ in _ = try await stage.rawPage(of: 0) }
      Bench.print("the pages of that profile: \(page.text)")
      #expect(labels.count <= Self.titles && labels.allSatisfy { (0...1).contains($0) })
    }
  }

  // MARK: - Parts

  private static let events = 200_000
  private static let pageInterval = Duration.milliseconds(50)

  private static func start(_ stage: AudienceStage) async throws {
    let begin = ContinuousClock.now
    try await stage.launchRecommendations()
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    Bench.print("\(titles) titles, \(profiles) profiles; ready after \(Latencies.text(seconds)) s")
    try await eventually(within: .seconds(120)) {
      try await stage.page(of: 0).catalogBasis?.seq == Int64(titles)
    }
  }

  /// Until all events are taken in, with pages of other profiles meanwhile.
  private static func catchUp(to told: Int64, on stage: AudienceStage) async throws {
    let begin = (at: ContinuousClock.now, seq: try await stage.page(of: 1).basis.seq, cpu: stage.cpuSeconds)
    var pages: [Double] = []
    var seen = begin.seq
    while seen < told {
      let asked = ContinuousClock.now
      seen = try await stage.page(of: 1 + pages.count % (profiles - 1)).basis.seq
      pages.append((.now - asked) / .milliseconds(1))
      try await Task.sleep(until: asked + pageInterval)
    }
    let seconds = (ContinuousClock.now - begin.at) / .seconds(1)
    let events = Double(told - begin.seq)
    Bench.print(
      "\(Int(events)) events in \(Latencies.text(seconds)) s: \(Int(events / seconds))/s, "
        + "\(Int((stage.cpuSeconds - begin.cpu) / events * 1e6)) CPU µs each with the pages beside")
    Bench.print("pages meanwhile, 20 a second: \(Latencies(pages).text)")
  }

  private static func pages(
    _ what: String, from first: Int, count: Int = 2000, atOnce concurrency: Int = 1, on stage: AudienceStage
  ) async throws {
    let before = stage.cpuSeconds
    let times = try await Latencies.of(count, atOnce: concurrency) { number in
      let answer = try await stage.rawPage(of: (first + number) % profiles)
      guard answer.status == 200 else { throw answer.problem }
    }
    let each = Latencies.text((stage.cpuSeconds - before) / Double(count) * 1000)
    Bench.print("home rows \(what), \(concurrency) at once: \(times.text); \(each) CPU ms each of the whole process")
  }

  private static func awaitModel(on stage: AudienceStage) async throws {
    let begin = ContinuousClock.now
    try await eventually(within: .seconds(1800), longestPause: .seconds(1)) {
      try await stage.models().serving != nil
    }
    let model = try #require(try await stage.models().items.first)
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    Bench.print(
      "a model of \(model.interactions) labels: \(Latencies.text(model.trainingCpuSeconds)) CPU s, "
        + "waited \(Latencies.text(seconds)) s more; NDCG@100 \(model.ndcgAt100)")
  }

  /// From the thumbs down that are sent to playback until a page comes without the title.
  private static func follow(_ what: String, from first: Int, on stage: AudienceStage) async throws {
    var pages: [Double] = []
    var answers: [Double] = []
    for profile in first..<first + 300 {
      let before = try await stage.page(of: profile)
      let row = try #require(before.rows.first { $0.kind == .topPicks }, "a profile with top picks")
      let title = try #require(row.items.first).titleId
      let begin = ContinuousClock.now
      try await stage.reject(title, by: profile)
      answers.append((.now - begin) / .milliseconds(1))
      try await eventually(within: .seconds(20), longestPause: .milliseconds(1)) {
        try await !stage.page(of: profile).rows.contains { $0.items.contains { $0.titleId == title } }
      }
      pages.append((.now - begin) / .milliseconds(1))
    }
    let beyond = Latencies(zip(pages, answers).map { $0 - $1 })
    Bench.print(
      "\(what): \(Latencies(pages).text); playback's answer \(Latencies(answers).text), after it \(beyond.text)")
  }
}

extension Bench {
  /// The same events whenever in an hour it is measured.
  static var wholeHour: Timestamp {
    Timestamp(milliseconds: WallClock.system.now().milliseconds / 3_600_000 * 3_600_000)
  }
}
