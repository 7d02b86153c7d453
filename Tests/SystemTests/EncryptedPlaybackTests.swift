import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  @Suite(.enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"))
  struct EncryptedPlaybackTests {
    private func film(_ scheme: String, on stack: RunningStack) async throws -> Film {
      try await Film.encode(
        on: stack, named: "The \(scheme) Film", seconds: 8, options: #"{"encryption":"\#(scheme)"}"#)
    }

    private func start(_ film: Film, by viewer: Viewer) async throws -> JSONValue {
      let sessions = "/v1/profiles/\(viewer.profile)/playback-sessions"
      let body = #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#
      var session = JSONValue.null
      // Catalog hears of it by event.
      try await eventually {
        let answer = try await viewer.client.post(sessions, json: body)
        session = answer.json
        return answer.status == 201
      }
      return session
    }

    private func run(_ film: Film, as viewer: Viewer, at address: String, mode: String) async throws -> JSONValue {
      let screenshots = ProcessInfo.processInfo.environment["MATINEE_SCREENSHOTS"]
      return try await Browser.run(
        "encrypted.py", [address, viewer.email, viewer.password, film.title, mode] + (screenshots.map { [$0] } ?? []))
    }

    @Test(
      "A browser shows an encrypted film, with the right key alone", .timeLimit(.minutes(6)),
      arguments: [("cbcs", ["chosen"]), ("aes128", ["chosen", "mse"])])
    func watch(scheme: String, modes: [String]) async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await film(scheme, on: stack)
      let viewer = try await Viewer.signUp(at: stack.address)
      let session = try await start(film, by: viewer)
      #expect(session["encryption"]["scheme"].text == scheme)
      let hls = try #require(session["manifests"]["hls"].text)
      #expect((session["manifests"]["dash"].text == nil) == (scheme == "aes128"))

      // The address of the key is good for as long as the session.
      let key = hls.replacing("master.m3u8", with: "keys/\(try #require(session["encryption"]["keyId"].text))")
      let anyone = PublicClient(address: stack.address)
      #expect(try await anyone.get(key).status == 200)
      let id = try #require(session["id"].text)
      #expect(try await viewer.client.send(.delete, "/v1/playback-sessions/\(id)").status == 204)
      #expect(try await anyone.get(key).status == 403)

      for mode in modes {
        let found = try await run(film, as: viewer, at: stack.address, mode: mode)
        let seen = found["seen"]
        #expect(seen["time"].number ?? 0 > 3 && seen["width"].number ?? 0 > 0, "\(mode) \(found)")
        #expect(found["colours"].number ?? 0 > 8 && seen["frames"].number ?? 0 > 30, "\(mode) \(found)")
        #expect(seen["source"].text == "blob", "\(mode) \(found)")
        #expect(seen["hasKeys"].bool == (scheme == "cbcs") && seen["problem"].text == "", "\(mode) \(found)")
        #expect(!found["keys"].items.isEmpty && found["errors"].items.isEmpty, "\(mode) \(found)")
      }
      let found = try await run(film, as: viewer, at: stack.address, mode: "wrong")
      #expect(found["seen"]["time"].number ?? 0 < 0.5 && found["seen"]["frames"].number ?? 0 < 3, "wrong \(found)")
    }
  }
}
