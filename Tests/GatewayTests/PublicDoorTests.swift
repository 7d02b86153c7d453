import AccountsAPI
import Contract
import Foundation
import PlaybackAPI
import SecurityKit
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// The gateway behind a real socket, its neighbours in memory.
@Suite struct PublicDoorTests {
  private final class Fault: Sendable {
    let isOn = Mutex(false)
  }

  private final class Door: Sendable {
    let time = Mutex(WallClock.system.now())
    let key: SigningKey
    let accounts: StubTransport
    let playback: StubTransport
    let fault = Fault()
    let session = LoginSessionID(at: WallClock.system.now())

    init() throws {
      let key = try #require(SigningKey(seed: Sodium.randomBytes(SigningKey.seedBytes)))
      self.key = key
      accounts = StubTransport { request in
        switch request.target {
        case "/.well-known/jwks.json":
          return try .json(JSONWebKeySet(keys: [.init(kid: key.verifyingKey.keyID, x: key.verifyingKey.x)]))
        case "/internal/profiles/\(Sample.profile)":
          return try .json(
            Profile(
              id: Sample.profile, accountId: Sample.account, name: "Vera", language: "en", maturityLimit: .twelve,
              kids: false, createdAt: Timestamp(milliseconds: 0)))
        default: return try .problem(.notFound("nothing there"))
        }
      }
      playback = StubTransport { [fault] _ in
        if fault.isOn.withLock({ $0 }) { throw TransportError.unreachable(upstream: "playback", reason: "away") }
        return try .json(Page<HistoryEntry>(items: [], next: nil))
      }
    }

    var clock: WallClock { WallClock { [self] in time.withLock { $0 } } }

    func token(
      of account: AccountID = Sample.account, role: Principal.Role = .viewer, seconds: Double = 300,
      key other: SigningKey? = nil
    ) -> String {
      let now = time.withLock { $0 }
      return AccessToken.mint(
        AccessClaims(
          account: account, loginSession: session, role: role, issuedAt: now,
          expiresAt: now.adding(seconds: seconds)), key: other ?? key)
    }

    /// What came through to playback; the gateway's own feed not counted.
    var forwarded: [TransportRequest] { playback.requests.filter { !$0.target.hasPrefix("/internal/") } }

    func open(
      settings: [String: String] = [:], _ body: (PublicClient) async throws -> Void
    ) async throws {
      try await openSocket(settings: settings) { try await body(PublicClient(address: $0.baseURL)) }
    }

    func openSocket(settings: [String: String] = [:], _ body: (TestService) async throws -> Void) async throws {
      let silent = StubTransport { _ in throw TransportError.unreachable(upstream: "stub", reason: "not here") }
      let neighbours: [String: any Transport] = [
        "accounts": accounts, "playback": playback, "catalog": silent, "bus": silent, "recommendations": silent,
        "encoding": silent, "delivery": silent,
      ]
      try await withService(GatewayModule.self, settings: settings, upstreams: neighbours, clock: clock) {
        try await body($0)
      }
    }
  }

  private let history = "/v1/profiles/\(Sample.profile)/history"

  private func bearing(_ token: String) -> [(name: String, value: String)] { [("authorization", "Bearer \(token)")] }

  @Test("A good token is let through, and the service behind hears who asks")
  func goodToken() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      #expect(try await client.get(history, headers: bearing(door.token())).status == 200)
      let heard = try #require(door.forwarded.last?.context.principal)
      #expect(heard.account == Sample.account)
      #expect(heard.profile == Sample.profile)
      #expect(heard.maturityLimit == .twelve)
      #expect(heard.role == .viewer)
    }
  }

  @Test("The service behind hears the address of the connection, whatever the client claims it to be")
  func clientAddress() async throws {
    let door = try Door()
    try await door.openSocket { service in
      let connection = try RawConnection(port: service.port)
      try await connection.send(
        "GET \(history) HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(door.token())\r\n"
          + "x-client-address: 6.6.6.6\r\nx-forwarded-for: 6.6.6.6\r\nforwarded: for=6.6.6.6\r\n\r\n")
      try await connection.awaitText("HTTP/1.1 200")
      let request = try #require(door.forwarded.last)
      #expect(request.context.clientAddress == NetworkAddress("127.0.0.1"))
      #expect(!request.headers.contains { $0.value.contains("6.6.6.6") })
    }
  }

  @Test("Of x-forwarded-for as many entries are believed as there are proxies of our own, from the last one on")
  func trustedProxies() async throws {
    let door = try Door()
    try await door.open(settings: ["GATEWAY_TRUSTED_PROXIES": "2"]) { (client: PublicClient) async throws in
      for (lines, expected) in [
        (["6.6.6.6, 203.0.113.9, 10.0.0.1"], "203.0.113.9"),
        (["6.6.6.6", "203.0.113.9", "10.0.0.1:99"], "203.0.113.9"),
        (["[2001:db8::9]:4711,10.0.0.1"], "2001:db8::9"), (["6.6.6.6, nonsense, 10.0.0.1"], "10.0.0.1"),
        (["10.0.0.1"], "10.0.0.1"), (["6.6.6.6, 203.0.113.9,"], "127.0.0.1"), ([], "127.0.0.1"),
      ] {
        let hops = lines.map { (name: "x-forwarded-for", value: $0) }
        #expect(try await client.get(history, headers: bearing(door.token()) + hops).status == 200)
        #expect(door.forwarded.last?.context.clientAddress == NetworkAddress(expected), "\(lines)")
      }
    }
  }

  @Test("The keys are asked for once, however many tokens come")
  func keysOnce() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      for seconds in 200..<220 {
        #expect(try await client.get(history, headers: bearing(door.token(seconds: Double(seconds)))).status == 200)
      }
      #expect(door.accounts.requests.count { $0.target.contains("jwks") } == 1)
    }
  }

  @Test("A service that is away is soon asked no more, and asked again after a pause")
  func breaker() async throws {
    let door = try Door()
    try await door.open(settings: ["GATEWAY_BREAKER_OPEN_MS": "100"]) { (client: PublicClient) async throws in
      let headers = bearing(door.token())
      door.fault.isOn.withLock { $0 = true }
      for _ in 0..<100 { #expect(try await client.get(history, headers: headers).status == 503) }
      // Twenty to judge by, a few repeats, and three probes per pause.
      #expect(door.forwarded.count < 90)
      door.fault.isOn.withLock { $0 = false }
      try await eventually { try await client.get(history, headers: headers).status == 200 }
    }
  }

  @Test("No token, an unsigned one, a foreign key's and a mangled one are refused and reach no service")
  func badTokens() async throws {
    let door = try Door()
    let foreign = try #require(SigningKey(seed: Sodium.randomBytes(SigningKey.seedBytes)))
    try await door.open { (client: PublicClient) async throws in
      let good = door.token()
      let parts = good.split(separator: ".")
      let lines = [
        [], bearing(door.token(key: foreign)), bearing("x"), bearing(String(good.dropLast())),
        bearing("eyJhbGciOiJub25lIn0.\(parts[1])."), [("authorization", "Internal \(good)")],
        [("authorization", good)], bearing(String(repeating: "a", count: 5000)),
      ]
      for headers in lines {
        let answer = try await client.get(history, headers: headers)
        #expect(answer.status == 401, "\(headers)")
        #expect(answer.header("content-type") == "application/problem+json")
      }
      #expect(door.forwarded.isEmpty)
    }
  }

  @Test("A token stops working when it expires, though it was verified before")
  func expiry() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      let token = door.token(seconds: 300)
      #expect(try await client.get(history, headers: bearing(token)).status == 200)
      door.time.withLock { $0 = $0.adding(seconds: 300 + AccessToken.skewSeconds + 1) }
      #expect(try await client.get(history, headers: bearing(token)).status == 401)
    }
  }

  @Test("Another account's profile and an unknown one are not found")
  func foreignProfile() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      let stranger = door.token(of: AccountID(seed: "stranger"))
      #expect(try await client.get(history, headers: bearing(stranger)).status == 404)
      let unknown = "/v1/profiles/\(ProfileID(seed: "nobody"))/history"
      #expect(try await client.get(unknown, headers: bearing(door.token())).status == 404)
      #expect(door.forwarded.isEmpty)
    }
  }

  @Test("A service that is not there is a 503 for its own routes only")
  func unreachable() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      let page = try await client.get("/v1/profiles/\(Sample.profile)/home", headers: bearing(door.token()))
      #expect(page.status == 200)
      #expect(page.json["degraded"].items.compactMap(\.text) == ["catalog", "playback", "recommendations"])
      #expect(try await client.get("/media/x/\(AssetID(seed: "a"))/master.m3u8").status == 503)
    }
  }

  @Test("The page is served with a policy and an entity tag; nothing outside its folder is")
  func page() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      let index = try await client.get(WebEndpoints.index.path.description)
      #expect(index.status == 200)
      #expect(index.header("content-type") == "text/html; charset=utf-8")
      #expect(index.header("content-security-policy")?.contains("default-src 'self'") == true)
      let tag = try #require(index.header("etag"))
      #expect(try await client.get("/", headers: [("if-none-match", tag)]).status == 304)
      for path in ["/style.css", "/icon.svg", "/js/main.js", "/js/player/hls-player.js"] {
        #expect(try await client.get(path).status == 200, "\(path)")
      }
      for path in ["/js/../index.html", "/js/%2e%2e/index.html", "/js/nothing.js", "/index.html"] {
        let answer = try await client.get(path)
        #expect(
          answer.status == (path.contains("/../") || path.contains("%2e") ? 400 : 404), "\(path): \(answer.status)")
      }
    }
  }

  @Test("An operator sees which services are ready; a viewer does not")
  func topology() async throws {
    let door = try Door()
    try await door.open { (client: PublicClient) async throws in
      let path = GatewayEndpoints.topology.path.description
      #expect(try await client.get(path, headers: bearing(door.token())).status == 403)
      let answer = try await client.get(path, headers: bearing(door.token(role: .operator)))
      #expect(answer.status == 200)
      let services = answer.json["services"].items
      #expect(services.first { $0["name"].text == "playback" }?["ready"].bool == true)
      #expect(services.first { $0["name"].text == "catalog" }?["ready"].bool == false)
    }
  }
}
