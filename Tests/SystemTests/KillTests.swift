import Foundation
import TestKit
import Testing

extension SystemTests {
  /// `kill -9` at any moment: what was acknowledged is there afterwards, and has had its effect once.
  @Suite struct KillTests {
    @Test("Each process in turn is killed during the journey and nothing acknowledged is lost", .timeLimit(.minutes(8)))
    func killEach() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      let viewer = try await Viewer.signUp(at: stack.address)
      let footage = try await Footage.make(in: stack.home + "/sources", name: "killed.mp4", seconds: 24)
      let film = try await Film.submit(footage, named: "The Unkillable", on: stack)

      // While the film is being encoded every process dies once; each is ready again within five seconds.
      for service in [
        "encoder", "encoding", "bus", "catalog", "delivery", "recommendations", "playback", "accounts", "gateway",
      ] {
        try await stack.kill(service)
        let restarted = ContinuousClock.now
        try stack.launch(service)
        try await stack.waitUntilReady(service, within: .seconds(5))
        #expect(ContinuousClock.now - restarted < .seconds(5), "\(service)")
      }
      try await film.waitUntilDone(on: stack, within: .seconds(240))

      let titlePage = "/v1/profiles/\(viewer.profile)/titles/\(film.title)"
      try await eventually(within: .seconds(10)) {
        try await viewer.client.get(titlePage).json["playable"].bool == true
      }

      // Heartbeats while playback, the bus and recommendations die under them: the last acknowledged one counts.
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      let session = try #require(started.json["id"].text)
      var acknowledged = 0.0
      for (position, victim) in zip(
        stride(from: 1.0, through: 6.0, by: 1.0), ["", "bus", "playback", "recommendations", "gateway", ""])
      {
        if !victim.isEmpty { try await stack.kill(victim) }
        let beat = try? await viewer.client.post(
          "/v1/playback-sessions/\(session)/heartbeats", json: #"{"positionSeconds":\#(position),"state":"playing"}"#)
        if beat?.status == 200 { acknowledged = position }
        if !victim.isEmpty {
          try stack.launch(victim)
          try await stack.waitUntilReady(victim, within: .seconds(5))
        }
      }
      #expect(acknowledged == 6)

      let home = "/v1/profiles/\(viewer.profile)/home"
      try await eventually(within: .seconds(10)) {
        let page = try await viewer.client.get(home)
        let row = page.json["rows"].items.first { $0["kind"].text == "continueWatching" }
        return row?["cards"][0]["resume"]["positionSeconds"].number == acknowledged
      }

      // Once each: one title, one history entry, one job that published once; nothing in the dead letters.
      let studio = try await stack.studio()
      let jobs = try await studio.get("/v1/studio/jobs")
      #expect(jobs.json["items"].items.count == 1)
      let history = try await viewer.client.get("/v1/profiles/\(viewer.profile)/history")
      #expect(history.json["items"].items.map { $0["titleId"].text } == [film.title])
      let letters = try await studio.get("/v1/studio/dead-letters")
      #expect(letters.json["items"].items.isEmpty, "\(letters.json)")
      let published = try FileManager.default.contentsOfDirectory(atPath: stack.home + "/media").filter {
        $0.hasPrefix("ast_")
      }
      #expect(published.count == 1)
      let session2 = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      let hls = stack.address + (try #require(session2.json["manifests"]["hls"].text))
      #expect(try await Probe.frames(of: hls) == footage.frames)
    }

    @Test("Every acknowledged account and profile survives kills of accounts under load", .timeLimit(.minutes(3)))
    func acknowledgedWrites() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      let viewer = try await Viewer.signUp(at: stack.address)
      var acknowledged: [String] = ["Vera"]
      // Profiles come and go while the service is killed: what was answered with success must be as answered.
      for round in 0..<3 {
        async let killing: Void = stack.kill("accounts")
        let answer = try? await viewer.client.post(
          "/v1/profiles", json: #"{"name":"Profile \#(round)","language":"en","maturityLimit":"18","kids":false}"#)
        if answer?.status == 201 { acknowledged.append("Profile \(round)") }
        try await killing
        try stack.launch("accounts")
        try await stack.waitUntilReady("accounts", within: .seconds(5))
      }
      let profiles = try await viewer.client.get("/v1/profiles")
      let names = Set(profiles.json["items"].items.compactMap { $0["name"].text })
      #expect(names.isSuperset(of: acknowledged))
    }

    @Test("TERM ends every process with status 0", .timeLimit(.minutes(2)))
    func graceful() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      for service in RunningStack.services.reversed() {
        #expect(try await stack.terminate(service) == 0, "\(service):\n\(stack.tail(of: service))")
      }
    }
  }
}
