import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// What one device of an account does is felt on the others, over real processes and the bus.
  @Suite struct FamilyTests {
    private func start(_ title: String, _ viewer: Viewer, maxHeight: Int? = nil) async throws -> PublicClient.Answer {
      let height = maxHeight.map { #","maxHeight":\#($0)"# } ?? ""
      return try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(title)","device":{"kind":"web"\#(height)}}"#)
    }

    private func beat(_ session: String, _ viewer: Viewer) async throws -> JSONValue {
      try await viewer.client.post(
        "/v1/playback-sessions/\(session)/heartbeats", json: #"{"positionSeconds":1,"state":"playing"}"#
      ).json
    }

    @Test("A smaller plan ends what plays beyond it within seconds, its media addresses too", .timeLimit(.minutes(3)))
    func smallerPlan() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let viewer = try await Viewer.signUp(at: stack.address)
      var first: PublicClient.Answer?
      try await eventually(within: .seconds(10)) {
        first = try await start(film.title, viewer, maxHeight: 480)
        return first?.status == 201
      }
      let second = try await start(film.title, viewer)
      #expect(second.json["maxHeight"].number ?? 0 >= 1080)
      let (kept, ended) = (try #require(first?.json["id"].text), try #require(second.json["id"].text))
      let address = try #require(second.json["manifests"]["hls"].text)
      #expect(try await viewer.client.get(address).status == 200)

      let changed = try await viewer.client.send(
        .put, "/v1/account/plan", body: Array(#"{"plan":"basic"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(changed.status == 200 && changed.json["plan"].text == "basic")
      try await eventually(within: .seconds(5)) {
        let answer = try await beat(ended, viewer)
        return answer["action"].text == "stop" && answer["reason"].text == "planChanged"
      }
      try await eventually(within: .seconds(5)) { try await viewer.client.get(address).status == 403 }
      #expect(try await beat(kept, viewer)["action"].text == "continue")
      let third = try await start(film.title, viewer)
      #expect(third.status == 409 && third.json["type"].text == "/problems/too-many-streams")
    }

    @Test(
      "A capped session's manifests and files end at its height, as the packager wrote them", .timeLimit(.minutes(3)))
    func height() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let viewer = try await Viewer.signUp(at: stack.address)
      var started: PublicClient.Answer?
      try await eventually(within: .seconds(10)) {
        started = try await start(film.title, viewer, maxHeight: 300)
        return started?.status == 201
      }
      let hls = try #require(started?.json["manifests"]["hls"].text)
      let dash = try #require(started?.json["manifests"]["dash"].text)
      for address in [hls, dash] {
        let text = String(decoding: try await viewer.client.get(address).body, as: UTF8.self)
        #expect(text.contains("video/234p/") && !text.contains("360"))
      }
      let folder = hls.dropLast("master.m3u8".count)
      #expect(try await viewer.client.get("\(folder)video/234p/init.mp4").status == 200)
      for file in ["playlist.m3u8", "iframes.m3u8", "init.mp4", "00001.m4s"] {
        #expect(try await viewer.client.get("\(folder)video/360p/\(file)").status == 403, "\(file)")
      }
      #expect(try await Probe.frames(of: stack.address + hls) == film.footage.frames)
      #expect(try await Probe.frames(of: stack.address + dash) == film.footage.frames)
    }

    @Test("A PIN locks a profile on the other devices at once, and unlocks there", .timeLimit(.minutes(2)))
    func pin() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let tablet = try await Viewer.logIn(at: stack.address, email: viewer.email, password: viewer.password)
      let history = "/v1/profiles/\(viewer.profile)/history"
      #expect(try await tablet.get(history).status == 200)
      let set = try await viewer.client.send(
        .put, "/v1/profiles/\(viewer.profile)/pin",
        body: Array(#"{"pin":"4711","password":"\#(viewer.password)"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(set.status == 204)
      #expect(try await tablet.get(history).status == 403)
      #expect(try await viewer.client.get(history).status == 200)
      let wrong = try await tablet.post("/v1/profiles/\(viewer.profile)/unlock", json: #"{"pin":"0000"}"#)
      #expect(wrong.status == 403 && wrong.json["type"].text == "/problems/wrong-pin")
      let right = try await tablet.post("/v1/profiles/\(viewer.profile)/unlock", json: #"{"pin":"4711"}"#)
      #expect(right.status == 204)
      #expect(try await tablet.get(history).status == 200)
      let gone = try await viewer.client.send(
        .delete, "/v1/profiles/\(viewer.profile)/pin", body: Array(#"{"password":"\#(viewer.password)"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(gone.status == 204)
      #expect(try await tablet.get("/v1/profiles/\(viewer.profile)").json["hasPin"].bool == false)
    }

    @Test(
      "A kids' device shows its profile alone, with old tokens too, until the password is given",
      .timeLimit(.minutes(2)))
    func kids() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let made = try await viewer.client.post("/v1/profiles", json: #"{"name":"Kim","kids":true}"#)
      let kim = try #require(made.json["id"].text)
      let before = try await Viewer.logIn(at: stack.address, email: viewer.email, password: viewer.password)
      func bind(_ body: String, by client: PublicClient) async throws -> PublicClient.Answer {
        try await client.send(
          .put, "/v1/sessions/current/profile", body: Array(body.utf8), headers: [("content-type", "application/json")])
      }
      let bound = try await bind(#"{"profileId":"\#(kim)"}"#, by: before)
      #expect(bound.status == 200)
      let tablet = PublicClient(address: stack.address, accessToken: try #require(bound.json["accessToken"].text))
      for client in [tablet, before] {
        try await eventually(within: .seconds(5)) { try await client.get("/v1/account").status == 403 }
        #expect(try await client.get("/v1/profiles").json["items"].items.compactMap { $0["id"].text } == [kim])
        #expect(try await client.get("/v1/profiles/\(kim)/home").status == 200)
        #expect(try await client.get("/v1/profiles/\(viewer.profile)/home").status == 404)
        #expect(try await client.get("/v1/sessions").status == 403)
      }
      #expect(try await viewer.client.get("/v1/account").status == 200)
      #expect(try await bind(#"{"profileId":"\#(viewer.profile)"}"#, by: tablet).status == 403)
      let left = try await bind(
        #"{"profileId":"\#(viewer.profile)","password":"\#(viewer.password)"}"#, by: tablet)
      let free = PublicClient(address: stack.address, accessToken: try #require(left.json["accessToken"].text))
      #expect(try await free.get("/v1/account").status == 200)
    }
  }
}
