import AccountsAPI
import Contract
import PlaybackAPI
import SecurityKit
import TestKit
import Testing

@testable import Gateway

@Suite struct KidsTests {
  private let kids = ProfileDoor.kids

  private func bound(to profile: ProfileID?, kids: Bool, version: Int) -> LoginSessionBound {
    LoginSessionBound(
      loginSessionId: ProfileDoor.session, accountId: Sample.account, profileId: profile, kids: kids, version: version)
  }

  @Test("Bound to a kids' profile a session watches as that profile, and is refused the rest of the account")
  func rule() async throws {
    let door = try ProfileDoor()
    let binding = ProfileBinding(profile: kids, kids: true, version: 1)
    try await door.open { client, forwarded in
      var client = client
      client.accessToken = door.token(binding: binding)
      for path in ["/v1/profiles", "/v1/profiles/\(kids)", "/v1/profiles/\(kids)/history", "/v1/profiles/\(kids)/home"]
      {
        #expect(try await client.get(path).status == 200, "\(path)")
      }
      let session = "/v1/playback-sessions/\(PlaybackSessionID(seed: "s"))"
      #expect(try await client.post("\(session)/heartbeats", json: "{}").status == 200)
      #expect(try await client.send(.delete, session).status == 200)
      #expect(try await client.send(.put, "/v1/sessions/current/profile").status == 200)
      // Services hear which profile alone may be seen.
      #expect(forwarded().allSatisfy { $0.context.principal.profile == kids })
      let count = forwarded().count

      #expect(try await client.get("/v1/profiles/\(Sample.profile)/home").status == 404)
      #expect(try await client.get("/v1/profiles/\(Sample.profile)").status == 404)
      let refused: [(HTTPMethod, String)] = [
        (.get, "/v1/account"), (.get, "/v1/sessions"), (.delete, "/v1/sessions"), (.put, "/v1/account/plan"),
        (.delete, "/v1/sessions/\(ProfileDoor.session)"), (.post, "/v1/profiles"), (.patch, "/v1/profiles/\(kids)"),
        (.delete, "/v1/profiles/\(kids)"), (.put, "/v1/profiles/\(kids)/pin"), (.delete, "/v1/profiles/\(kids)/pin"),
        (.get, "/v1/studio/topology"),
      ]
      for (method, path) in refused {
        let answer = try await client.send(method, path)
        #expect(answer.status == 403, "\(method) \(path): \(answer.status)")
      }
      #expect(forwarded().count == count)
    }
  }

  @Test("Of all public endpoints those that a kids' session may use are these; a new one is closed until it is named")
  func everyEndpoint() async throws {
    let binding = ProfileBinding(profile: kids, kids: true, version: 1)
    let endpoints = try await withService(
      GatewayModule.self, upstreams: ProfileDoor.silence(besides: [:]), { $0.endpoints })
    let open = endpoints.filter { endpoint in
      endpoint.access != .open && (try? KidsRule.onlyProfile(binding, at: endpoint)) != nil
    }
    let others = open.filter { !$0.path.parameterNames.contains("profile") && $0.access != .operator }.map(\.name)
    #expect(
      Set(others) == [
        "accounts.profiles", "accounts.bindProfile", "playback.heartbeat", "playback.stop",
      ])
  }

  @Test("A token from before the session was bound does no more than one from after; a later binding frees it again")
  func olderToken() async throws {
    let door = try ProfileDoor()
    try await door.open { client, _ in
      #expect(try await client.get("/v1/account").status == 200)
      try door.tell(bound(to: kids, kids: true, version: 1))
      try await eventually { try await client.get("/v1/account").status == 403 }
      #expect(try await client.get("/v1/profiles/\(Sample.profile)/home").status == 404)
      #expect(try await client.get("/v1/profiles/\(kids)/home").status == 200)
      var later = client
      later.accessToken = door.token(binding: ProfileBinding(profile: nil, kids: false, version: 2))
      #expect(try await later.get("/v1/account").status == 200)
      try door.tell(bound(to: nil, kids: false, version: 2))
      try await eventually { try await client.get("/v1/account").status == 200 }
      // An old event that comes again does not bind anew.
      try door.tell(bound(to: kids, kids: true, version: 1))
      try door.tell(bound(to: Sample.profile, kids: false, version: 3))
      for _ in 0..<20 { #expect(try await client.get("/v1/account").status == 200) }
    }
  }

  @Test("A session that is bound to a grown-up's profile sees the whole account")
  func grown() async throws {
    let door = try ProfileDoor()
    try await door.open { (client: PublicClient, _: ProfileDoor.Forwarded) async throws in
      var client = client
      client.accessToken = door.token(binding: ProfileBinding(profile: Sample.profile, kids: false, version: 1))
      #expect(try await client.get("/v1/account").status == 200)
      #expect(try await client.get("/v1/profiles/\(kids)/home").status == 200)
    }
  }
}
