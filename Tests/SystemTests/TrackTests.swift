import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Two languages and three tracks of subtitles, from the files to the viewer.
  @Suite(.enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"))
  struct TrackTests {
    /// English at 880 Hz and German at 440 Hz, German subtitles inside and English ones beside.
    private func film(on stack: RunningStack) async throws -> String {
      let sources = "\(stack.home)/sources"
      let (inside, beside) = ("\(sources)/inside.srt", "\(sources)/beside.srt")
      try Data("1\n00:00:02,000 --> 00:00:05,000\n<i>Guten Tag</i> & willkommen\n".utf8)
        .write(to: URL(filePath: inside))
      try Data("1\n00:00:02,000 --> 00:00:05,000\nGood day\n".utf8).write(to: URL(filePath: beside))
      let path = "\(sources)/languages.mkv"
      let command =
        ["ffmpeg", "-y", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=24"]
        + ["-f", "lavfi", "-i", "sine=f=880:r=48000:d=24", "-f", "lavfi", "-i", "sine=f=440:r=48000:d=24"]
        + ["-i", inside, "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-c:v", "libx264", "-preset", "ultrafast"]
        + ["-pix_fmt", "yuv420p", "-c:a", "aac", "-c:s", "subrip", "-metadata:s:a:0", "language=eng"]
        + ["-metadata:s:a:1", "language=ger", "-metadata:s:s:0", "language=ger", path]
      let made = try await Shell.run(command)
      guard made.status == 0 else { throw ShellError.failed(command, made.output) }
      let studio = try await stack.studio()
      let created = try await studio.post(
        "/v1/studio/titles", json: #"{"name":"Two Languages","year":2026,"maturity":"all"}"#)
      let title = try #require(created.json["id"].text)
      let submitted = try await studio.post(
        "/v1/studio/jobs",
        json: #"{"titleId":"\#(title)","source":{"path":"\#(path)"},"options":{"subtitles":[{"source":{"path":"#
          + #""\#(beside)"},"language":"en","kind":"captions"}]}}"#)
      #expect(submitted.status == 201, "\(submitted.json)")
      let job = try #require(submitted.json["id"].text)
      try await eventually(within: .seconds(150)) {
        let answer = try await studio.get("/v1/studio/jobs/\(job)")
        try #require(answer.json["state"].text != "failed", "\(answer.json)")
        return answer.json["state"].text == "succeeded"
      }
      return title
    }

    @Test(
      "A viewer reads a cue at its time and hears the language chosen, with the keyboard alone",
      .timeLimit(.minutes(6)))
    func tracks() async throws {
      let stack = try await SharedStack.instance.stack()
      let title = try await film(on: stack)
      let viewer = try await Viewer.signUp(at: stack.address)
      let page = "/v1/profiles/\(viewer.profile)/titles/\(title)"
      try await eventually { try await viewer.client.get(page).json["playable"].bool == true }
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions", json: #"{"titleId":"\#(title)","device":{"kind":"web"}}"#)
      #expect(started.json["audio"].items.compactMap { $0["language"].text } == ["en", "de"])
      #expect(started.json["subtitles"].items.compactMap { $0["name"].text } == ["Deutsch", "English (captions)"])
      let text = try #require(started.json["subtitles"][0]["url"].text)
      let whole = try await viewer.client.get(text)
      #expect(whole.status == 200)
      #expect(String(decoding: whole.body, as: UTF8.self).contains("<i>Guten Tag</i> &amp; willkommen"))
      let stopped = try await viewer.client.send(
        .delete, "/v1/playback-sessions/\(try #require(started.json["id"].text))")
      #expect(stopped.status == 204)
      for mode in ["native", "mse"] {
        let seen = try await Browser.run(
          "tracks.py",
          [stack.address, viewer.email, viewer.password, title, mode]
            + (ProcessInfo.processInfo.environment["MATINEE_SCREENSHOTS"].map { [$0] } ?? []))
        #expect(seen["subtitles"].items.compactMap(\.text) == ["Off", "Deutsch", "English (captions)"])
        #expect(seen["audio"].items.compactMap(\.text) == ["English", "Deutsch"])
        #expect(seen["languages"].items.first?.text?.contains("English, Deutsch") == true)
        #expect(seen["before"].items.isEmpty && seen["chosen"].text == "Deutsch")
        #expect(seen["cues"].items.compactMap(\.text) == ["Guten Tag & willkommen"])
        let at = try #require(seen["at"].number)
        #expect(at >= 2 && at < 5)
        let pitches = seen["pitches"].items.compactMap(\.number)
        #expect(pitches.count == 2 && abs(pitches[0] - 880) < 20 && abs(pitches[1] - 440) < 20, "\(mode): \(pitches)")
        #expect(seen["still"].items.compactMap(\.text) == ["Deutsch"])
        // The sound changed, the place in the film did not.
        #expect(seen["resumed"].number.map { $0 > at - 1 && $0 < at + 9 } == true, "\(seen["resumed"])")
        #expect(seen["errors"].items.isEmpty, "\(seen["errors"])")
      }
    }
  }
}
