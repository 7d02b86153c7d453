import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// `matinee recommendations evaluate`, the program itself on files of one's own.
  @Suite struct EvaluationTests {
    /// Profiles of two tastes: those of the even numbers like even titles, and nobody likes them all.
    private struct Files {
      private static let titles = 40
      let folder: String
      var train: [String] = []
      private var foldIn: [String] = []
      private var truth: [String] = []
      /// By profile, what may not be recommended to it.
      private(set) var known: [String: Set<String>] = [:]

      init(_ folder: String) {
        self.folder = folder
        var random = SeededRandom(seed: 3)
        for number in 0..<120 {
          let liked = (0..<Self.titles).filter { $0 % 2 == number % 2 }.shuffled(using: &random).prefix(9)
          train += liked.map { Self.line("u\(number)", $0) }
        }
        for number in 0..<40 {
          let liked = (0..<Self.titles).filter { $0 % 2 == number % 2 }.shuffled(using: &random)
          let names = liked.map { "t\($0)" }
          let profile = "test\(number)"
          foldIn += liked.prefix(4).map { Self.line(profile, $0) }
          // One that was seen elsewhere: in no event of the profile.
          let seen = Array(names.prefix(5))
          known[profile] = Set(seen)
          truth.append(
            #"{"profile":"\#(profile)","seen":\#(seen),"relevant":\#(Array(names[5..<10]))}"#)
        }
      }

      private static func line(_ profile: String, _ title: Int) -> String {
        #"{"profile":"\#(profile)","title":"t\#(title)","watchedSeconds":5400,"runtimeSeconds":5400,"#
          + #""at":"2000-12-31T22:12:40Z"}"#
      }

      func path(_ name: String) -> String { "\(folder)/\(name)" }

      func evaluate(_ more: String...) async throws -> Shell.Result {
        for (name, lines) in [("train", train), ("fold-in", foldIn), ("truth", truth)] {
          try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path("\(name).jsonl")))
        }
        return try await Shell.run(
          [
            "env", RunningStack.binary.path, "recommendations", "evaluate", "--train", path("train.jsonl"),
            "--fold-in", path("fold-in.jsonl"), "--truth", path("truth.jsonl"),
          ] + more)
      }
    }

    private func lines(_ path: String) throws -> [JSONValue] {
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
        try JSONValue(parsing: Array($0.utf8))
      }
    }

    @Test("Good files give figures with intervals, and recommendations of which none was seen")
    func evaluates() async throws {
      try await withTemporaryFolder("evaluation") { folder in
        let files = Files(folder)
        let result = try await files.evaluate("--recommendations", files.path("out.jsonl"))
        #expect(result.status == 0, "\(result.output)")
        for metric in ["Recall@20", "Recall@50", "NDCG@10", "NDCG@100"] {
          for model in ["model", "popularity", "item-kNN"] {
            let figures = try #require(
              try Regex("(?m)^\(model) +\(metric) +([0-9.]+) \\[([0-9.]+), ([0-9.]+)\\]$")
                .firstMatch(in: result.output), "\(model) \(metric) in \(result.output)")
            let (mean, low, high) = (number(figures, 1), number(figures, 2), number(figures, 3))
            #expect(low <= mean && mean <= high && high <= 1)
          }
        }
        #expect(result.output.contains(/model +training [0-9.]+ CPU s, memory [0-9.]+ MB; score [0-9]+ µs/))
        let recommended = try lines(files.path("out.jsonl"))
        #expect(recommended.count == 40)
        for line in recommended {
          let profile = try #require(line["profile"].text)
          let titles = line["titles"].items.compactMap(\.text)
          // All that is left of forty.
          #expect(titles.count == 35 && Set(titles).count == 35)
          #expect(try #require(files.known[profile]).isDisjoint(with: titles))
        }
      }
    }

    private func number(_ match: Regex<AnyRegexOutput>.Match, _ group: Int) -> Double {
      match.output[group].substring.flatMap { Double($0) } ?? .nan
    }

    @Test("A line that cannot be read is named by its number and ends the command, or is left out where one says so")
    func badLine() async throws {
      try await withTemporaryFolder("evaluation") { folder in
        var files = Files(folder)
        files.train.insert(
          #"{"profile":"u1","watchedSeconds":1,"runtimeSeconds":1,"at":"2000-12-31T22:12:40Z"}"#, at: 2)
        files.train.insert("no JSON", at: 7)
        let out = files.path("out.jsonl")
        let refused = try await files.evaluate("--recommendations", out)
        #expect(refused.status == 1)
        #expect(refused.output.contains("train.jsonl:3: title is missing"), "\(refused.output)")
        #expect(refused.output.contains("train.jsonl:8: "))
        #expect(!FileManager.default.fileExists(atPath: out) && !refused.output.contains("NDCG"))
        let skipped = try await files.evaluate("--recommendations", out, "--skip-bad-lines")
        #expect(skipped.status == 0 && skipped.output.contains("train.jsonl:3: title is missing"))
        #expect(try lines(out).count == 40)
      }
    }

    @Test("A file that is not there is named, and one that cannot be written")
    func missingFile() async throws {
      try await withTemporaryFolder("evaluation") { folder in
        let files = Files(folder)
        let missing = try await files.evaluate("--fold-in", files.path("nowhere.jsonl"))
        #expect(missing.status != 0 && missing.output.contains("nowhere.jsonl cannot be read"), "\(missing.output)")
        let unwritable = try await files.evaluate("--report", files.path("nowhere/report.html"))
        #expect(unwritable.status != 0 && unwritable.output.contains("nowhere/report.html cannot be written"))
      }
    }

    @Test(
      "The report is one page with its plots, and opened in a browser it asks for nothing else",
      .enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"),
      .timeLimit(.minutes(2)))
    func report() async throws {
      try await withTemporaryFolder("evaluation") { folder in
        let files = Files(folder)
        let result = try await files.evaluate("--report", files.path("report.html"))
        #expect(result.status == 0, "\(result.output)")
        let screenshots = ProcessInfo.processInfo.environment["MATINEE_SCREENSHOTS"]
        let seen = try await Browser.run("report.py", [files.path("report.html")] + (screenshots.map { [$0] } ?? []))
        #expect(seen["asked"].items.isEmpty, "\(seen["asked"])")
        let plots = seen["plots"].items.compactMap(\.text)
        for title in ["Recall@20", "Recall@50", "NDCG@10", "NDCG@100", "NDCG@100 by length of history"] {
          #expect(plots.contains(title), "\(plots)")
        }
        #expect(seen["marks"].items.allSatisfy { ($0.number ?? 0) > 0 })
        #expect(seen["cut"].items.isEmpty, "lettering beyond its plot: \(seen["cut"])")
        #expect(seen["over"].items.isEmpty, "lettering over other lettering: \(seen["over"])")
        #expect(seen["wide"].number == 400, "the report is wider than a telephone")
        #expect(seen["text"].text?.contains("Lead of the model") == true)
        #expect(seen["faults"].items.isEmpty, "\(seen["faults"])")
      }
    }
  }
}
