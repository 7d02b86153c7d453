import Foundation
import TestKit
import Testing

/// A few seconds of load on a stack of the test's own: that the generator measures what it says, not how fast.
@Suite struct SmokeTests {
  @Test(
    "A short run against a real stack ends without an error and reports every step and every process",
    .timeLimit(.minutes(6)))
  func smoke() async throws {
    let stack = try await RunningStack.start()
    defer { stack.stop() }
    let film = try await Film.encode(on: stack, named: "The Loaded Film", seconds: 6)
    let viewer = try await Viewer.signUp(at: stack.address)
    try await eventually {
      let home = try await viewer.client.get("/v1/profiles/\(viewer.profile)/home")
      let cards = home.json["rows"].items.flatMap { $0["cards"].items }
      return cards.contains { $0["titleId"].text == film.title && $0["playable"].bool == true }
    }

    // Every journey often enough to be dealt.
    let settings = try LoadSettings(
      address: try #require(URL(string: stack.address)), seconds: 4, rate: 6,
      mix: [.browse: 1, .search: 1, .play: 1, .heartbeat: 1])
    let report = try await LoadRun(settings: settings).run()

    #expect(report.journeysBegun >= 12)
    #expect(report.journeysRefused == 0)
    #expect(report.errors == 0, "\(report.table)")
    #expect(report.steps.map(\.name) == Self.steps)
    for step in report.steps {
      #expect(step.count > 0 && step.p50Milliseconds > 0, "\(step.name)")
      let percentiles = [step.p50Milliseconds, step.p95Milliseconds, step.p99Milliseconds, step.maxMilliseconds]
      #expect(percentiles == percentiles.sorted(), "\(step.name)")
    }
    #expect(report.steps.first { $0.name == "segment" }?.megabytes ?? 0 > 0)

    let services = report.processes.map { String($0.name.prefix { $0 != "-" }) }
    #expect(services.sorted() == RunningStack.services.sorted())
    #expect(report.processes.allSatisfy { $0.cpuSeconds >= 0 && $0.proportionalMegabytes > 1 })
    #expect(report.processes.first { $0.name.hasPrefix("gateway-") }?.cpuSeconds ?? 0 > 0)
    #expect(report.generator.cpuSeconds > 0 && report.generator.proportionalMegabytes > 1)

    let path = stack.home + "/load.json"
    try report.write(to: path)
    let read = try JSONDecoder().decode(LoadReport.self, from: Data(contentsOf: URL(filePath: path)))
    #expect(read.steps.map(\.name) == Self.steps && read.processes.count == RunningStack.services.count)
    #expect(read.journeysBegun == report.journeysBegun)
  }

  private static let steps = [
    "heartbeat", "home", "master playlist", "media playlist", "play start", "play stop", "search", "segment", "title",
  ]
}
