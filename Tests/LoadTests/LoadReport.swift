import Foundation
import Histogram
import TestKit

/// A run in figures: for people as a table, for programs as JSON.
struct LoadReport: Codable, Sendable {
  struct Step: Codable, Sendable {
    var name: String
    var count: Int
    var perSecond: Double
    var p50Milliseconds: Double
    var p95Milliseconds: Double
    var p99Milliseconds: Double
    var maxMilliseconds: Double
    var megabytes: Double
    var errors: [String: Int]
  }

  struct Process: Codable, Sendable {
    var name: String
    var cpuSeconds: Double
    var proportionalMegabytes: Double
  }

  var address: String
  var seconds: Double
  var journeysPerSecond: Double
  var journeysBegun: Int
  /// Due while too many were under way: the stack could not keep up.
  var journeysRefused: Int
  /// How late the generator itself began journeys; large values mean that it, not the stack, was measured.
  var generatorLatenessP99Milliseconds: Double
  var steps: [Step]
  var processes: [Process]
  var generator: Process

  var errors: Int { steps.flatMap { $0.errors.values }.reduce(0, +) }

  init(
    settings: LoadSettings, elapsed: Duration, state: Recorder.State, processes: [Process], generator: Process
  ) {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    address = settings.address.absoluteString
    self.seconds = seconds
    journeysPerSecond = settings.rate
    journeysBegun = state.begun
    journeysRefused = state.refused
    generatorLatenessP99Milliseconds = Double(state.lateness.valueAtPercentile(99)) / 1000
    steps = state.steps.sorted { $0.key < $1.key }.map { name, step in
      func percentile(_ value: Double) -> Double { Double(step.latency.valueAtPercentile(value)) / 1000 }
      return Step(
        name: name, count: Int(step.latency.totalCount), perSecond: Double(step.latency.totalCount) / seconds,
        p50Milliseconds: percentile(50), p95Milliseconds: percentile(95), p99Milliseconds: percentile(99),
        maxMilliseconds: Double(step.latency.max) / 1000, megabytes: Double(step.bytes) / 1e6, errors: step.errors)
    }
    self.processes = processes
    self.generator = generator
  }

  static func process(name: String, before: ProcessUsage?, after: ProcessUsage?) -> Process {
    Process(
      name: name, cpuSeconds: (after?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0),
      proportionalMegabytes: Double(after?.proportionalBytes ?? 0) / 1e6)
  }

  static func processes(before: [String: ProcessUsage], after: [String: ProcessUsage]) -> [Process] {
    before.keys.sorted().map { process(name: $0, before: before[$0], after: after[$0]) }
  }

  /// Writes the report as JSON.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: URL(filePath: path))
  }

  var table: String {
    func pad(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func number(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
    var lines = [
      "",
      "\(journeysBegun) journeys in \(number(seconds)) s (\(number(journeysPerSecond))/s due), "
        + "\(journeysRefused) refused, \(errors) errors",
      "  step".padding(toLength: 20, withPad: " ", startingAt: 0)
        + ["count", "/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "MB", "errors"].map { pad($0, 9) }.joined(),
    ]
    for step in steps {
      let errors = step.errors.map { "\($0.key)×\($0.value)" }.sorted().joined(separator: " ")
      lines.append(
        "  \(step.name)".padding(toLength: 20, withPad: " ", startingAt: 0)
          + [
            String(step.count), number(step.perSecond), number(step.p50Milliseconds), number(step.p95Milliseconds),
            number(step.p99Milliseconds), number(step.maxMilliseconds), number(step.megabytes),
            errors.isEmpty ? "0" : errors,
          ].map { pad($0, 9) }.joined())
    }
    lines.append("  process".padding(toLength: 30, withPad: " ", startingAt: 0) + pad("CPU s", 9) + pad("PSS MB", 9))
    for process in processes + [generator] {
      lines.append(
        "  \(process.name)".padding(toLength: 30, withPad: " ", startingAt: 0) + pad(number(process.cpuSeconds, 2), 9)
          + pad(number(process.proportionalMegabytes), 9))
    }
    lines.append("  the generator began journeys up to \(number(generatorLatenessP99Milliseconds)) ms late (p99)")
    return lines.joined(separator: "\n")
  }
}
