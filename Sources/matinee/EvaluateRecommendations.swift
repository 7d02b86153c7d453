import ArgumentParser
import Contract
import Foundation
import RecommenderKit

/// Trains on events of a file, recommends to profiles of another, and says how much of the truth was found. Needs no
/// running service, keeps nothing.
struct EvaluateRecommendations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure the model, popularity and item-kNN on viewing events of your own.",
    discussion: """
      One JSON value a line. Events: {"profile": "u1", "title": "t2", "watchedSeconds": 5400, "runtimeSeconds": 5400, \
      "at": "2000-12-31T22:12:40Z"}. Truth: {"profile": "u1", "seen": ["t2"], "relevant": ["t7"]}. A title that was \
      folded in or that "seen" names is never recommended.
      """)

  @Option(help: "Events to train on.")
  var train: String

  @Option(help: "Events of the profiles of the test, as far as the model may know them.")
  var foldIn: String

  @Option(help: "What those profiles turned out to like.")
  var truth: String

  @Option(help: "Write 100 titles for each profile here, best first.")
  var recommendations: String?

  @Option(help: "Write a report with plots here: one HTML page that needs nothing else.")
  var report: String?

  @Flag(help: "Leave out lines that cannot be read; they are named all the same.")
  var skipBadLines = false

  @Option(help: "Take this λ instead of the best of several on held-out profiles.")
  var ridge: Float?

  @Option(help: "Draws of the bootstrap.")
  var resamples = 1000

  /// Faults named before the rest is only counted.
  private static let faultsShown = 20

  func validate() throws {
    guard (100...100_000).contains(resamples) else { throw ValidationError("--resamples is 100 to 100000.") }
    if let ridge, !(ridge > 0 && ridge <= 1_000_000) { throw ValidationError("--ridge is over 0, up to 1000000.") }
  }

  func run() throws {
    let data = EvaluationData(train: try read(train), foldIn: try read(foldIn), truth: try read(truth))
    complain(about: data.faults)
    if !data.faults.isEmpty && !skipBadLines { throw ExitCode(1) }
    guard !data.cases.isEmpty else { throw ValidationError("\(truth) names no profile.") }

    var options = TrainingOptions()
    if let ridge { options.ridges = [ridge] }
    let trained = try TrainingCost.measuring { try LinearModel.train(data.interactions, options) }
    let popular = TrainingCost.measuring { PopularityModel(data.interactions) }
    let neighbours = TrainingCost.measuring { NeighbourModel(data.interactions) }
    var rows = [
      Evaluation.row("model", trained.result, trainedAt: trained.cost, on: data),
      Evaluation.row("popularity", popular.result, trainedAt: popular.cost, on: data),
      Evaluation.row("item-kNN", neighbours.result, trainedAt: neighbours.cost, on: data),
    ]
    if trained.result.blend != nil {
      rows.append(Evaluation.row("linear part", trained.result.linearPart, trainedAt: trained.cost, on: data))
    }
    show(rows, of: data, trained.result)
    if let recommendations { try write(Self.lines(of: rows[0], data), to: recommendations) }
    if let report {
      let page = EvaluationPage(data, rows: rows, model: trained.result, resamples: resamples)
      try write([UInt8](page.html.utf8), to: report)
    }
  }

  private func show(_ rows: [Evaluation.Row], of data: EvaluationData, _ model: TrainedModel) {
    print("events \(data.trainingEvents), profiles \(data.interactions.profileCount), titles \(data.titles.count)")
    print("profiles tested \(data.cases.count), relevant titles not trained on \(data.unknownRelevant)")
    let heldOut = model.heldOut.map { String(format: ", held-out NDCG@100 %.4f", $0.best.ndcgAt100) } ?? ""
    let blend = model.blend.map { String(format: ", factors blended by %.1f", $0.share) } ?? ", no factors"
    print("λ \(Int(model.ridge)), weights \(model.weights.count)\(blend)\(heldOut)")
    for row in rows {
      for metric in Evaluation.metrics.indices {
        let interval = row.interval(of: metric, resamples: resamples)
        let name = Self.padded(row.name, 12) + Self.padded(Evaluation.metrics[metric], 10)
        print(name + String(format: "%.4f [%.4f, %.4f]", interval.mean, interval.low, interval.high))
      }
    }
    for row in rows {
      let memory = row.training.peakBytes.map { String(format: "%.1f MB", Double($0) / 1e6) } ?? "unknown"
      print(
        Self.padded(row.name, 12)
          + String(
            format: "training %.2f CPU s, memory \(memory); score %.0f µs", row.training.cpuSeconds,
            row.medianMicroseconds))
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text.padding(toLength: width, withPad: " ", startingAt: 0)
  }

  private struct Line: Encodable {
    let profile: String
    let titles: [String]
  }

  private static func lines(of row: Evaluation.Row, _ data: EvaluationData) throws -> [UInt8] {
    try zip(data.cases, row.recommended).reduce(into: []) { bytes, pair in
      let titles = pair.1.map { data.titles[Int($0)] }
      bytes += try JSON.encode(Line(profile: pair.0.profile, titles: titles)) + [UInt8(ascii: "\n")]
    }
  }

  private func read(_ path: String) throws -> (name: String, bytes: Data) {
    do {
      return (path, try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw ValidationError("\(path) cannot be read.")
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try Data(bytes).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw ValidationError("\(path) cannot be written.")
    }
  }

  private func complain(about faults: [LineFault]) {
    var text = faults.prefix(Self.faultsShown).map { "\($0)\n" }.joined()
    if faults.count > Self.faultsShown { text += "and \(faults.count - Self.faultsShown) lines more\n" }
    FileHandle.standardError.write(Data(text.utf8))
  }
}
