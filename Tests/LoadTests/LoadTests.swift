import Foundation
import Histogram
import TestKit
import Testing

/// The load generator: a full run where `deploy/load` asks for one, and its parts. `SmokeTests` runs it for seconds.
@Suite struct LoadTests {
  @Test(
    "The asked-for load run ends without an error",
    .enabled(if: ProcessInfo.processInfo.environment["MATINEE_LOAD_ADDRESS"] != nil))
  func askedFor() async throws {
    let settings = try #require(try LoadSettings.fromEnvironment())
    let report = try await LoadRun(settings: settings).run()
    FileHandle.standardOutput.write(Data((report.table + "\n").utf8))
    if let path = settings.reportPath { try report.write(to: path) }
    #expect(report.journeysBegun > 0)
    #expect(report.errors == 0)
  }

  @Test("Settings out of bounds are refused by name")
  func settings() throws {
    #expect(throws: LoadSettingsError.self) {
      try LoadSettings.fromEnvironment(["MATINEE_LOAD_ADDRESS": "http://example.org"])
    }
    let loopback = ["MATINEE_LOAD_ADDRESS": "http://127.0.0.1:8080"]
    for (name, value) in [
      ("SECONDS", "0"), ("RATE", "many"), ("MIX", "browse"), ("MIX", "browse=-1"), ("SECONDS", "99999"),
    ] {
      #expect(throws: LoadSettingsError.self) {
        try LoadSettings.fromEnvironment(loopback.merging(["MATINEE_LOAD_\(name)": value]) { $1 })
      }
    }
    #expect(try LoadSettings.fromEnvironment(loopback)?.rate == 50)
    #expect(try LoadSettings.fromEnvironment([:]) == nil)
  }

  @Test("A stall of the server shows in the latencies of all that was due meanwhile")
  func noCoordinatedOmission() async throws {
    let recorder = Recorder()
    let begun = ContinuousClock.now
    let stall: Duration = .milliseconds(500)
    await OpenLoop(rate: 200, seconds: 0.5, inFlightLimit: 1000).run(recorder: recorder, seed: 7) { _, due in
      try? await Task.sleep(until: begun + stall, clock: .continuous)  // the server answers nobody before
      recorder.record("stalled", .now - due, bytes: 0)
    }
    let step = try #require(recorder.current.steps["stalled"])
    // Had each request waited for the one before, a single long latency would be recorded.
    #expect(step.latency.totalCount > 50)
    #expect(step.latency.valueAtPercentile(50) > 100_000)
  }

  @Test("Journeys beyond the limit are counted as refused, not left out")
  func refused() async throws {
    let recorder = Recorder()
    await OpenLoop(rate: 500, seconds: 0.2, inFlightLimit: 3).run(recorder: recorder, seed: 7) { _, _ in
      try? await Task.sleep(for: .milliseconds(400))
    }
    #expect(recorder.current.begun == 3)
    #expect(recorder.current.refused > 20)
  }

  @Test("The mix is dealt in its proportions")
  func mix() throws {
    let picker = MixPicker(try LoadSettings.mix("browse=75,play=25"))
    let dealt = (0..<4000).map(picker.journey)
    let plays = dealt.count { $0 == .play }
    #expect((850...1150).contains(plays))
    #expect(dealt.allSatisfy { $0 == .play || $0 == .browse })
  }
}
