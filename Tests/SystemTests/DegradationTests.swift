import Foundation
import TestKit
import Testing

extension SystemTests {
  /// A service that is gone costs its own feature, never the page. These stop services, so the stack is their own.
  @Suite struct DegradationTests {
    @Test("Home and playing outlive recommendations and catalog, stopped or frozen", .timeLimit(.minutes(6)))
    func degradation() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      let film = try await Film.encode(on: stack, named: "The Survivor", seconds: 6)
      let viewer = try await Viewer.signUp(at: stack.address)
      let home = "/v1/profiles/\(viewer.profile)/home"
      try await eventually {
        try await viewer.client.get(home).json["rows"][0]["cards"][0]["titleId"].text == film.title
      }

      // Stopped: home answers in time and names what is missing; a new profile has nothing kept to fall back on.
      try await stack.kill("recommendations")
      let newcomer = try await Viewer.signUp(at: stack.address)
      try await homeIsDegraded(newcomer, by: "recommendations")

      // Back: whole again within five seconds.
      try stack.launch("recommendations")
      try await eventually(within: .seconds(5)) {
        try await newcomer.client.get("/v1/profiles/\(newcomer.profile)/home").json["degraded"].items.isEmpty
      }

      // Frozen: the deadline of the part decides, not the frozen process.
      stack.signal("recommendations", SIGSTOP)
      let another = try await Viewer.signUp(at: stack.address)
      try await homeIsDegraded(another, by: "recommendations")
      stack.signal("recommendations", SIGCONT)

      // Playing goes on without catalog.
      try await stack.kill("catalog")
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"tv"}}"#)
      #expect(started.status == 201)
      let hls = stack.address + (try #require(started.json["manifests"]["hls"].text))
      #expect(try await Probe.frames(of: hls) == film.footage.frames)
      let page = try await viewer.client.get(home)
      #expect(page.status == 200)
      #expect(!page.json["rows"].items.isEmpty)
      let search = try await viewer.client.get("/v1/profiles/\(viewer.profile)/search?q=survivor")
      #expect(search.status == 200)
      #expect(search.json["items"][0]["titleId"].text == film.title)
      #expect(search.json["degraded"].items.compactMap(\.text) == ["catalog"])
    }

    private func homeIsDegraded(_ viewer: Viewer, by service: String) async throws {
      _ = try await viewer.client.get("/v1/profiles")  // the connection is open, the token verified
      // The machine may be busy with others for a moment; what waits for a service that is gone is slow each time.
      var fastest = Duration.seconds(60)
      for _ in 0..<5 {
        let begun = ContinuousClock.now
        let page = try await viewer.client.get("/v1/profiles/\(viewer.profile)/home")
        fastest = min(fastest, ContinuousClock.now - begun)
        #expect(page.status == 200)
        #expect(page.json["degraded"].items.compactMap(\.text) == [service])
        #expect(!page.json["rows"].items.isEmpty)
      }
      #expect(fastest < .milliseconds(300), "home took \(fastest)")
    }
  }
}
