import Contract
import Foundation
import Gateway
import TestKit
import Testing

extension SystemTests {
  /// Every public route, asked by a signed-in account with the ids of another. The routes are those that the gateway
  /// has: a new one is tried without anybody thinking of it, and one whose parameter is not known here fails.
  @Suite struct ForeignIdentityTests {
    private struct Stranger: Sendable {
      var profile: String
      /// A device that is signed in.
      var login: String
      var playback: String
    }

    /// Bodies with which a route gets as far as asking whose the thing is; `{}` where none is given.
    private func body(of endpoint: any EndpointDescription, _ stranger: Stranger, title: String) -> String {
      switch endpoint.name {
      case "playback.heartbeat": #"{"positionSeconds":1,"state":"playing"}"#
      case "playback.start": #"{"titleId":"\#(title)","device":{"kind":"web"}}"#
      case "accounts.setPIN": #"{"pin":"4711","password":"a viewer for tests only"}"#
      case "accounts.removePIN": #"{"password":"a viewer for tests only"}"#
      case "accounts.unlock": #"{"pin":"4711"}"#
      case "accounts.bindProfile": #"{"profileId":"\#(stranger.profile)","password":"a viewer for tests only"}"#
      default: "{}"
      }
    }

    /// Whose id stands where. Nil where the route names nothing of an account's.
    private func path(
      of endpoint: any EndpointDescription, _ stranger: Stranger, title: String
    ) throws -> String? {
      var isForeign = endpoint.name == "accounts.bindProfile"
      var fields: [(name: String, value: String)] = []
      for name in endpoint.path.parameterNames {
        switch name {
        case "profile":
          fields.append((name, stranger.profile))
          isForeign = true
        case "session":
          let isPlayback = endpoint.path.description.contains("playback-sessions")
          fields.append((name, isPlayback ? stranger.playback : stranger.login))
          isForeign = true
        case "title": fields.append((name, title))
        case "row": fields.append((name, "trending"))
        // Another's code is no secret of an account's: knowing it is the right to use it.
        case "userCode": return nil
        case "file", "token", "asset": return nil
        case let other where endpoint.access == .operator: fields.append((other, "x"))
        case let other: throw UnknownParameter(endpoint: endpoint.name, parameter: other)
        }
      }
      return isForeign || endpoint.access == .operator ? endpoint.path.expand(fields) : nil
    }

    private struct UnknownParameter: Error {
      let endpoint: String
      let parameter: String
    }

    @Test(
      "No route gives anything for another account's ids, and what they name stays as it was", .timeLimit(.minutes(4)))
    func matrix() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let endpoints = try await withService(GatewayModule.self, upstreams: Self.silence) { $0.endpoints }
      let owner = try await Viewer.signUp(at: stack.address)
      let attacker = try await Viewer.signUp(at: stack.address)
      let device = try await PublicClient(address: stack.address).post(
        "/v1/sessions",
        json: #"{"email":"\#(owner.email)","password":"\#(owner.password)","device":{"name":"Sofa","kind":"tv"}}"#)
      let start = #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#
      var playing: PublicClient.Answer?
      try await eventually(within: .seconds(10)) {
        playing = try await owner.client.post("/v1/profiles/\(owner.profile)/playback-sessions", json: start)
        return playing?.status == 201
      }
      let stranger = Stranger(
        profile: owner.profile, login: try #require(device.json["id"].text),
        playback: try #require(playing?.json["id"].text))

      var tried: [String] = []
      for endpoint in endpoints where endpoint.access != .open && endpoint.access != .service {
        guard let path = try path(of: endpoint, stranger, title: film.title) else { continue }
        let hasBody = ![HTTPMethod.get, .head].contains(endpoint.method)
        let answer = try await attacker.client.send(
          endpoint.method, path,
          body: hasBody ? Array(body(of: endpoint, stranger, title: film.title).utf8) : [],
          headers: hasBody ? [("content-type", "application/json")] : [])
        #expect([403, 404].contains(answer.status), "\(endpoint.name) \(path): \(answer.status)")
        tried.append(endpoint.name)
      }
      let ofAccounts = endpoints.filter { endpoint in
        endpoint.access == .viewer
          && endpoint.path.parameterNames.contains { ["profile", "session"].contains($0) }
      }
      #expect(Set(ofAccounts.map(\.name)).isSubset(of: tried))
      #expect(tried.count > 20, "\(tried)")

      #expect(try await owner.client.get("/v1/profiles/\(owner.profile)").json["hasPin"].bool == false)
      let devices = try await owner.client.get("/v1/sessions").json["items"].items.compactMap { $0["id"].text }
      #expect(devices.contains(stranger.login))
      let beat = try await owner.client.post(
        "/v1/playback-sessions/\(stranger.playback)/heartbeats", json: #"{"positionSeconds":1,"state":"playing"}"#)
      #expect(beat.json["action"].text == "continue")
    }

    private static let silence: [String: any Transport] = {
      let names = ["accounts", "playback", "catalog", "bus", "recommendations", "encoding", "delivery"]
      return Dictionary(
        uniqueKeysWithValues: names.map { name in
          (name, StubTransport { _ in throw TransportError.unreachable(upstream: name, reason: "not here") })
        })
    }()
  }
}
