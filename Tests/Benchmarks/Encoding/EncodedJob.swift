import Contract
import Foundation
import TestKit

/// A job at its end, as the public API tells of it.
struct EncodedJob: Sendable {
  struct Rendition: Sendable {
    var name: String
    var width: Int
    var height: Int
    var maximumBitrateKbps: Int
    var averageBitrateKbps: Double
    /// Mean VMAF where it was measured, else nil.
    var vmaf: Double?
  }

  struct Task: Sendable {
    var kind: String
    var cpuSeconds: Double
    var wallSeconds: Double
    var peakMemoryBytes: Int
  }

  let id: String
  let asset: String
  /// From the request to the end.
  let wallSeconds: Double
  /// From the request until it could be played.
  let playableSeconds: Double?
  let tasks: [Task]
  let renditions: [Rendition]

  init(_ json: JSONValue) throws {
    guard json["state"].text == "succeeded", let id = json["id"].text, let asset = json["assetId"].text,
      let begun = json["createdAt"].text.flatMap({ Timestamp($0) }),
      let ended = json["finishedAt"].text.flatMap({ Timestamp($0) })
    else { throw BenchFault("the job did not succeed: \(json["failureReason"].text ?? json["state"].text ?? "?")") }
    func seconds(to time: Timestamp) -> Double { Double(time.milliseconds - begun.milliseconds) / 1000 }
    self.id = id
    self.asset = asset
    wallSeconds = seconds(to: ended)
    playableSeconds = json["playableAt"].text.flatMap { Timestamp($0) }.map { seconds(to: $0) }
    tasks = json["tasks"].items.map { task in
      Task(
        kind: task["kind"].text ?? "", cpuSeconds: task["usage"]["cpuSeconds"].number ?? 0,
        wallSeconds: task["usage"]["wallSeconds"].number ?? 0,
        peakMemoryBytes: Int(task["usage"]["peakMemoryBytes"].number ?? 0))
    }
    renditions = json["renditions"].items.map { rendition in
      Rendition(
        name: rendition["name"].text ?? "", width: Int(rendition["width"].number ?? 0),
        height: Int(rendition["height"].number ?? 0),
        maximumBitrateKbps: Int(rendition["maximumBitrateKbps"].number ?? 0),
        averageBitrateKbps: rendition["averageBitrateKbps"].number ?? 0,
        vmaf: rendition["quality"]["vmaf"]["mean"].number)
    }
  }

  func cpuSeconds(of kinds: String...) -> Double {
    tasks.filter { kinds.isEmpty || kinds.contains($0.kind) }.map(\.cpuSeconds).reduce(0, +)
  }

  var peakMemoryBytes: Int { tasks.map(\.peakMemoryBytes).max() ?? 0 }
  var programSeconds: Double { tasks.map(\.wallSeconds).reduce(0, +) }
}

struct BenchFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
