import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// A film that is watched while it is encoded, in a real browser, by whoever pressed Play and does nothing more.
  @Suite(.enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"))
  struct ProgressiveTests {
    @Test(
      "A viewer begins a film while it is encoded and sees it to its end; a player that is not ours sees every picture",
      .timeLimit(.minutes(6)))
    func watchEarly() async throws {
      let stack = try await RunningStack.start(
        environment: [
          "MATINEE_ENCODING_PRESET": "slower", "MATINEE_ENCODING_PROGRESSIVE_MINIMUM_SECONDS": "0",
          "MATINEE_ENCODING_CHUNK_SECONDS": "8", "MATINEE_PLAYBACK_HEARTBEAT_SECONDS": "60",
        ])
      defer { stack.stop() }
      let studio = try await stack.studio()
      let viewer = try await Viewer.signUp(at: stack.address)
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 40)
      let film = try await Film.submit(footage, named: "The Early Film", on: stack)
      let page = "/v1/profiles/\(viewer.profile)/titles/\(film.title)"
      try await eventually(within: .seconds(120)) {
        try await viewer.client.get(page).json["playable"].bool == true
      }
      let early = try await studio.get("/v1/studio/jobs/\(film.job)").json
      #expect(early["state"].text == "running" && early["playableAt"].text != nil)
      #expect(early["tasks"].items.contains { $0["kind"].text == "encode" && $0["state"].text != "succeeded" })

      let session = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"tv"}}"#)
      let hls = stack.address + (try #require(session.json["manifests"]["hls"].text))
      async let frames = Shell.run([
        "ffmpeg", "-nostdin", "-v", "error", "-stats", "-live_start_index", "0", "-i", hls, "-map", "0:v:0", "-c",
        "copy", "-f", "null", "-",
      ])
      let seen = try await Browser.run("early.py", [stack.address, viewer.email, viewer.password, film.title])
      #expect(seen["errors"].items.isEmpty && seen["seen"]["errors"].items.isEmpty, "\(seen)")
      #expect(seen["seen"]["ended"].bool == true)
      // The page's own player: the browser's would not do.
      #expect(seen["source"].text == "blob")
      // It began with what there was, and went on to what was not there yet.
      #expect(seen["first"]["buffered"].number ?? 40 < 30, "\(seen)")
      #expect(seen["first"]["time"].number ?? 40 < 8, "\(seen)")
      #expect(abs((seen["last"]["time"].number ?? 0) - 40) < 0.5, "\(seen)")
      try await film.waitUntilDone(on: stack, within: .seconds(60))
      let counted = try await frames.output.matches(of: /frame=\s*(\d+)/).last.flatMap { Int($0.1) }
      #expect(counted == footage.frames)
    }
  }
}
