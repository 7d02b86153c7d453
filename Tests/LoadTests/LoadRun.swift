import Contract
import Foundation
import TestKit

/// One measured run against a running stack.
struct LoadRun: Sendable {
  let settings: LoadSettings

  /// Viewers are made before the clock starts; nothing of it is measured.
  func run() async throws -> LoadReport {
    let address = settings.address.absoluteString
    let viewers = try await makeViewers(address)
    let playable = try await playableTitles(viewers[0])
    let recorder = Recorder()
    let journeys = Journeys(
      viewers: viewers, playable: playable, sessions: try await openSessions(viewers, playable), recorder: recorder)

    let pids = ProcessUsage.stack(servingPort: settings.address.port ?? 80)
    let generator = Int(ProcessInfo.processInfo.processIdentifier)
    let before = usage(of: pids)
    let generatorBefore = ProcessUsage(pid: generator)
    let begun = ContinuousClock.now
    let picker = MixPicker(settings.mix)
    await OpenLoop(rate: settings.rate, seconds: settings.seconds, inFlightLimit: settings.inFlightLimit)
      .run(recorder: recorder, seed: 1) { number, due in
        await journeys.run(picker.journey(number), number: number, due: due)
      }
    let elapsed = ContinuousClock.now - begun
    return LoadReport(
      settings: settings, elapsed: elapsed, state: recorder.current,
      processes: LoadReport.processes(before: before, after: usage(of: pids)),
      generator: LoadReport.process(name: "generator", before: generatorBefore, after: ProcessUsage(pid: generator)))
  }

  /// A handful of viewers of their own accounts, so that streams-at-once limits are not what is measured. A later
  /// run finds them again.
  private func makeViewers(_ address: String) async throws -> [Viewer] {
    var viewers: [Viewer] = []
    for number in 0..<16 { viewers.append(try await Viewer.known(as: "load-\(number)@example.test", at: address)) }
    return viewers
  }

  private func playableTitles(_ viewer: Viewer) async throws -> [String] {
    let home = try await viewer.client.get("/v1/profiles/\(viewer.profile)/home")
    guard home.status == 200 else { throw UnexpectedAnswer(home) }
    let cards = home.json["rows"].items.flatMap { $0["cards"].items }
    return Array(Set(cards.filter { $0["playable"].bool == true }.compactMap { $0["titleId"].text })).sorted()
  }

  private func openSessions(_ viewers: [Viewer], _ playable: [String]) async throws -> [(viewer: Int, id: String)] {
    guard let title = playable.first, (settings.mix[.heartbeat] ?? 0) > 0 else { return [] }
    var sessions: [(viewer: Int, id: String)] = []
    for (index, viewer) in viewers.enumerated() {
      let opened = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(title)","device":{"kind":"web"}}"#)
      guard let id = opened.json["id"].text else { throw UnexpectedAnswer(opened) }
      sessions.append((index, id))
    }
    return sessions
  }

  private func usage(of pids: [String: Int]) -> [String: ProcessUsage] {
    pids.compactMapValues { ProcessUsage(pid: $0) }
  }
}

/// Deals journeys out in the proportions of the mix, the same way in every run.
struct MixPicker: Sendable {
  private let bounds: [(journey: Journey, upTo: Double)]

  init(_ mix: [Journey: Double]) {
    let total = mix.values.reduce(0, +)
    var sum = 0.0
    bounds = Journey.allCases.compactMap { journey in
      guard let share = mix[journey], share > 0 else { return nil }
      sum += share / total
      return (journey, sum)
    }
  }

  func journey(_ number: Int) -> Journey {
    var random = SeededRandom(seed: UInt64(number))
    let point = Double.random(in: 0..<1, using: &random)
    return bounds.first { point < $0.upTo }?.journey ?? bounds[bounds.count - 1].journey
  }
}
