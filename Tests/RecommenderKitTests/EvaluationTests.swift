import Contract
import Foundation
import Testing

@testable import RecommenderKit

@Suite struct EvaluationTests {
  private static func event(
    _ profile: String, _ title: String, watched: Double = 5400, at: String = "2000-12-31T22:12:40Z"
  ) -> String {
    #"{"profile":"\#(profile)","title":"\#(title)","watchedSeconds":\#(watched),"runtimeSeconds":5400,"at":"\#(at)"}"#
  }

  private static func data(train: [String], foldIn: [String] = [], truth: [String] = []) -> EvaluationData {
    func file(_ name: String, _ lines: [String]) -> (name: String, bytes: Data) {
      (name, Data(lines.joined(separator: "\n").utf8))
    }
    return EvaluationData(
      train: file("train", train), foldIn: file("fold-in", foldIn), truth: file("truth", truth))
  }

  @Test("Lines that cannot be read are named by their number, and the others are taken")
  func faults() {
    let data = Self.data(
      train: [
        Self.event("u1", "t1"), "", "nonsense", #"{"profile":"u1"}"#, Self.event("", "t1"),
        Self.event("u1", "t2", watched: -1), Self.event("u1", "t2", at: "yesterday"), "[1]",
        Self.event("u1", "t3").replacingOccurrences(of: "5400,\"at\"", with: "0,\"at\""), Self.event("u1", "t4"),
        Self.event("u1", "t5").replacingOccurrences(of: ":5400.0,", with: ":\"all\","),
      ], truth: [#"{"profile":"u1","seen":[],"relevant":"t1"}"#])
    #expect(
      data.faults.map(\.description) == [
        "train:3: is not a JSON object", "train:4: title is missing", "train:5: profile must not be empty",
        "train:6: watchedSeconds must be 0 or more", "train:7: at must be a time like 2000-12-31T22:12:40Z",
        "train:8: is not a JSON object", "train:9: runtimeSeconds must be over 0",
        "train:11: watchedSeconds must be a number", "truth:1: relevant must be an array",
      ])
    #expect(data.trainingEvents == 2)
    #expect(data.titles == ["t1", "t4"])
  }

  @Test("Viewings of a title add up, up to its running time; what was abandoned is no liking")
  func labels() {
    let data = Self.data(train: [
      Self.event("u1", "whole", watched: 1_000_000), Self.event("u1", "half", watched: 2000),
      Self.event("u1", "abandoned", watched: 600), Self.event("u1", "twice", watched: 2000),
      Self.event("u1", "twice", watched: 2000),
    ])
    let labels = Dictionary(
      uniqueKeysWithValues: data.interactions.history(of: 0).map { (data.titles[Int($0.title)], $0.weight) })
    #expect(labels == ["whole": 1, "half": 0.4, "twice": 1])
    #expect(data.titles.contains("abandoned"))
  }

  @Test("What was folded in or named as seen is never recommended, liked or not")
  func seen() throws {
    let data = Self.data(
      train: (0..<9).map { Self.event("u\($0 % 3)", "t\($0)") },
      foldIn: [Self.event("v", "t0"), Self.event("v", "t1", watched: 10)],
      truth: [#"{"profile":"v","seen":["t2","unheard"],"relevant":["t3","unknown"]}"#])
    let row = Evaluation.row(
      "popularity", PopularityModel(data.interactions), trainedAt: TrainingCost(cpuSeconds: 0, peakBytes: nil),
      on: data)
    let titles = row.recommended[0].map { data.titles[Int($0)] }
    #expect(Set(titles) == ["t3", "t4", "t5", "t6", "t7", "t8"])
    #expect(data.unknownRelevant == 1)
    #expect(row.values[0][0] == 0.5)
    #expect(data.cases[0].history.map { data.titles[Int($0.title)] } == ["t0"])
  }

  @Test("An older viewing counts less, to the half of a new one")
  func age() {
    let data = Self.data(
      train: [Self.event("u", "new"), Self.event("u", "old"), Self.event("u", "older")],
      foldIn: [
        Self.event("v", "new", at: "2020-06-30T00:00:00Z"), Self.event("v", "old", at: "2020-04-01T00:00:00Z"),
        Self.event("v", "older", at: "1970-01-01T00:00:00Z"),
      ], truth: [#"{"profile":"v","seen":[],"relevant":[]}"#])
    #expect(data.cases[0].history.map(\.weight) == [1, 0.75, 0.5])
  }

  @Test("A profile of the truth that was never folded in is one of no history")
  func unknownProfile() {
    let data = Self.data(
      train: [Self.event("u", "t")], truth: [#"{"profile":"nobody","seen":[],"relevant":["t"]}"#])
    #expect(data.cases[0].history.isEmpty)
  }

  @Test("The nearest neighbours are those liked by the same profiles")
  func neighbours() {
    let interactions = SampleTaste.interactions(profiles: 200)
    let scores = NeighbourModel(interactions, neighbours: 10).scores(of: [(0, 1), (4, 1)])
    let best = bestTitles(scores, count: 6, mask: TitleMask(titleCount: scores.count, masking: [0, 4]))
    #expect(best.allSatisfy { $0.title % 4 == 0 })
  }

  @Test("An interval holds the mean, narrows with more profiles, and is the same each time")
  func interval() {
    let few = Interval(of: [0, 1, 0, 1])
    let many = Interval(of: (0..<400).map { Double($0 % 2) })
    #expect(few.mean == 0.5 && many.mean == 0.5)
    #expect(few.low < many.low && many.low < 0.5 && 0.5 < many.high && many.high < few.high)
    #expect(abs(many.high - many.low - 0.098) < 0.02)
    #expect(few == Interval(of: [0, 1, 0, 1]))
    #expect(Interval(of: []).mean == 0)
  }

  @Test("A page shows every figure, fetches nothing, and takes names for text")
  func page() throws {
    let data = Self.data(
      train: (0..<40).map { Self.event("u\($0 / 4)", "t\($0 % 7)") }, foldIn: [Self.event("v", "t0")],
      truth: [#"{"profile":"v","seen":[],"relevant":["t1"]}"#])
    let model = try LinearModel.train(data.interactions)
    let cost = TrainingCost(cpuSeconds: 1.25, peakBytes: 3_000_000)
    let rows = ["model", "<b>other</b>"].map { Evaluation.row($0, model, trainedAt: cost, on: data) }
    let html = EvaluationPage(data, rows: rows, model: model, resamples: 100).html
    #expect(html.contains("&lt;b&gt;other&lt;/b&gt;") && !html.contains("<b>other"))
    for expected in Evaluation.metrics + ["1.25", "<svg", "By length of history", "</html>"] {
      #expect(html.contains(expected))
    }
    #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("<script") && !html.contains("nan"))
  }

  @Test("The cost of a training has its CPU time, and its memory where the kernel tells")
  func cost() {
    let (kept, cost) = TrainingCost.measuring { [UInt8](repeating: 1, count: 50_000_000) }
    #expect(kept.count == 50_000_000)
    #expect(cost.cpuSeconds > 0)
    if let bytes = cost.peakBytes { #expect(bytes > 40_000_000) }
  }
}
