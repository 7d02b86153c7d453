import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Bad input at the public door: a clear problem, nothing lost, never a 5xx.
  @Suite struct BadInputTests {
    private func refusal(
      _ answer: PublicClient.Answer, _ status: Int, field: String? = nil,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(answer.status == status, "\(answer.json)", sourceLocation: sourceLocation)
      #expect(answer.header("content-type") == "application/problem+json", sourceLocation: sourceLocation)
      #expect(answer.json["status"].number == Double(status), sourceLocation: sourceLocation)
      #expect(answer.json["title"].text?.isEmpty == false, sourceLocation: sourceLocation)
      #expect(answer.json["traceId"].text?.count == 32, sourceLocation: sourceLocation)
      if let field {
        #expect(
          answer.json["errors"].items.contains { $0["field"].text == field }, "\(answer.json)",
          sourceLocation: sourceLocation)
      }
    }

    @Test("A wrong password and an unknown address get the same answer")
    func wrongPassword() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let guest = PublicClient(address: stack.address)
      func logIn(_ email: String) async throws -> PublicClient.Answer {
        try await guest.post(
          "/v1/sessions",
          json: #"{"email":"\#(email)","password":"not the password","device":{"name":"x","kind":"web"}}"#)
      }
      let wrong = try await logIn(viewer.email)
      let unknown = try await logIn("nobody@example.test")
      refusal(wrong, 401)
      #expect(wrong.json["detail"] == unknown.json["detail"])
      #expect(wrong.status == unknown.status)
    }

    @Test("Forged, truncated and foreign tokens are refused")
    func tokens() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let good = try #require(viewer.client.accessToken)
      let parts = good.split(separator: ".").map(String.init)
      let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.\(parts[1])."
      var flipped = Array(good.utf8)
      flipped[good.utf8.count - 10] ^= 1
      for token in [unsigned, String(decoding: flipped, as: UTF8.self), String(good.dropLast(3)), "x", parts[1]] {
        refusal(try await PublicClient(address: stack.address, accessToken: token).get("/v1/account"), 401)
      }
      refusal(try await PublicClient(address: stack.address).get("/v1/account"), 401)
      #expect(try await viewer.client.get("/v1/account").status == 200)
    }

    @Test("Another account's profile does not exist, on any route")
    func foreignProfile() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let owner = try await Viewer.signUp(at: stack.address)
      let stranger = try await Viewer.signUp(at: stack.address)
      let base = "/v1/profiles/\(owner.profile)"
      for path in ["", "/home", "/history", "/titles/\(film.title)", "/search?q=a", "/rows/trending"] {
        refusal(try await stranger.client.get(base + path), 404)
      }
      refusal(
        try await stranger.client.post(
          base + "/playback-sessions", json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#), 404)
      refusal(try await stranger.client.send(.delete, base), 404)
      let started = try await owner.client.post(
        base + "/playback-sessions", json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      let session = try #require(started.json["id"].text)
      refusal(
        try await stranger.client.post(
          "/v1/playback-sessions/\(session)/heartbeats", json: #"{"positionSeconds":1,"state":"playing"}"#), 404)
      refusal(try await stranger.client.get("/v1/studio/jobs"), 403)
    }

    @Test("Unknown and malformed ids, paths, methods and parameters are named")
    func unknown() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let base = "/v1/profiles/\(viewer.profile)"
      refusal(try await viewer.client.get(base + "/titles/ttl_01hzy3v9k2r8m4c6d7e8f9g0h1"), 404)
      refusal(try await viewer.client.get(base + "/titles/not-an-id"), 422, field: "title")
      refusal(try await viewer.client.get(base + "/home?colour=red"), 400, field: "colour")
      refusal(try await viewer.client.get("/v1/nothing"), 404)
      let method = try await viewer.client.send(.put, "/v1/account")
      refusal(method, 405)
      #expect(method.header("allow")?.contains("GET") == true)
    }

    @Test("Malformed, deep, oversized and mistyped bodies are refused, and the service goes on")
    func bodies() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let client = viewer.client
      refusal(try await client.post("/v1/profiles", json: "{"), 400)
      refusal(try await client.post("/v1/profiles", json: String(repeating: "[", count: 20_000)), 400)
      let deep = String(repeating: #"{"a":"#, count: 200_000)
      let tooDeep = try await client.post("/v1/profiles", json: deep)
      #expect([400, 413].contains(tooDeep.status))
      refusal(
        try await client.post("/v1/profiles", json: #"{"name":"\#(String(repeating: "x", count: 10_000_000))"}"#), 413)
      refusal(try await client.post("/v1/profiles", json: #"{"name":"A","colour":"red"}"#), 422, field: "colour")
      refusal(
        try await client.post("/v1/profiles", json: #"{"name":"A","language":"en","maturityLimit":"13","kids":false}"#),
        422, field: "maturityLimit")
      refusal(
        try await client.send(
          .post, "/v1/profiles", body: Array("name=A".utf8), headers: [("content-type", "text/plain")]),
        415)
      #expect(try await client.get("/v1/profiles").json["items"].items.count == 1)
    }

    @Test("Files that are no films fail with a reason and leave nothing behind", .timeLimit(.minutes(3)))
    func files() async throws {
      let stack = try await SharedStack.instance.stack()
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", name: "whole.mp4", seconds: 4)
      let whole = try Data(contentsOf: URL(filePath: footage.path))
      let bad = [
        "text.mp4": Data("This is not a film.\n".utf8), "truncated.mp4": whole.prefix(whole.count / 3),
        "empty.mp4": Data(),
      ]
      for (name, bytes) in bad.sorted(by: { $0.key < $1.key }) {
        let path = "\(stack.home)/sources/\(name)"
        try bytes.write(to: URL(filePath: path))
        let title = try await studio.post(
          "/v1/studio/titles", json: #"{"name":"\#(name)","year":2026,"maturity":"all"}"#)
        let id = try #require(title.json["id"].text)
        let job = try await studio.post("/v1/studio/jobs", json: #"{"titleId":"\#(id)","source":{"path":"\#(path)"}}"#)
        if job.status == 201 {
          let jobID = try #require(job.json["id"].text)
          try await eventually(within: .seconds(60)) {
            try await studio.get("/v1/studio/jobs/\(jobID)").json["state"].text == "failed"
          }
          let failure = try await studio.get("/v1/studio/jobs/\(jobID)").json["failureReason"]
          #expect(failure != .null, "\(name)")
        } else {
          #expect(job.status == 422, "\(name): \(job.json)")
        }
        #expect(try await studio.get("/v1/studio/titles/\(id)").json["video"] == .null)
      }
      for path in ["/etc/passwd", "\(stack.home)/sources/../operator.json", "sources/whole.mp4"] {
        let title = try await studio.post("/v1/studio/titles", json: #"{"name":"escape","year":2026,"maturity":"all"}"#)
        let job = try await studio.post(
          "/v1/studio/jobs",
          json: #"{"titleId":"\#(try #require(title.json["id"].text))","source":{"path":"\#(path)"}}"#)
        #expect((400...422).contains(job.status), "\(path): \(job.json)")
      }
    }

    @Test("Media addresses that are forged, moved or climb out give no byte")
    func media() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let viewer = try await Viewer.signUp(at: stack.address)
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      let good = try #require(started.json["manifests"]["hls"].text)
      let player = PublicClient(address: stack.address)
      #expect(try await player.get(good).status == 200)
      let parts = good.split(separator: "/").map(String.init)  // media, token, asset, file
      var token = Array(parts[1].utf8)
      token[token.count / 2] = token[token.count / 2] == 65 ? 66 : 65
      let forged = [
        "/media/\(String(decoding: token, as: UTF8.self))/\(parts[2])/\(parts[3])",
        "/media/\(parts[1])/ast_01hzy3v9k2r8m4c6d7e8f9g0h1/\(parts[3])", "/media/x/\(parts[2])/\(parts[3])",
        "/media/\(parts[1])/\(parts[2])/../../operator.json",
        "/media/\(parts[1])/\(parts[2])/%2e%2e/%2e%2e/operator.json",
        "/media/\(parts[1])/\(parts[2])/..%2f..%2foperator.json", "/media/\(parts[1])/\(parts[2])/nothing.mp4",
        "/media/\(parts[1])/\(parts[2])/%00",
      ]
      for path in forged {
        let answer = try await player.get(path)
        #expect((400...404).contains(answer.status), "\(path): \(answer.status)")
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("operator@"))
      }

      // A session that was stopped gives no more bytes, soon after.
      let session = try #require(started.json["id"].text)
      #expect(try await viewer.client.send(.delete, "/v1/playback-sessions/\(session)").status == 204)
      try await eventually(within: .seconds(30)) { try await player.get(good).status == 403 }
    }
  }
}
