import ClientKit
import Contract
import SecurityKit
import TestKit
import Testing

@testable import ServerKit

let viewer = Principal(role: .viewer, account: AccountID(seed: "viewer"))
let item = TitleID(seed: "one")

/// One request with nothing but what is said.
func send(
  _ service: TestService, _ method: Contract.HTTPMethod, _ target: String,
  headers: [(name: String, value: String)] = [], body: String = "", as principal: Principal = viewer
) async throws -> TransportResponse {
  try await service.transport.send(
    TransportRequest(
      method: method, target: target, headers: headers, body: Array(body.utf8), context: .test(principal)))
}

let jsonBody = [(name: "content-type", value: "application/json")]

@Suite("Conventions, over real sockets")
struct ConventionTests {
  @Test("A typed call is answered with its decoded output and the endpoint's status")
  func typedCall() async throws {
    try await withService(ProbeModule.self) { service in
      let note = try await service.transport.call(Probe.item, Probe.Path(id: item, times: 3), in: .test(viewer))
      #expect(note == Probe.Note(text: "\(item)", stars: 3))
      let made = try await service.transport.call(Probe.write, body: note, in: .test(viewer))
      #expect(made == note)
      let response = try await send(service, .post, "/items", headers: jsonBody, body: #"{"text":"a"}"#)
      #expect(response.status == 201)
      #expect(response.header("content-type") == "application/json")
      #expect(response.header("date")?.hasSuffix(" GMT") == true)
      let removed = try await send(service, .delete, "/items/\(item)", as: Principal(role: .operator))
      #expect(removed.status == 204)
      #expect(removed.header("content-length") == nil)
      #expect(removed.body.isEmpty)
    }
  }

  @Test(
    "A malformed request is refused with its status, and the field at fault is named",
    arguments: [
      ("/items/xyz", 422, "id"), ("/items/\(item)?times=x", 422, "times"), ("/items/\(item)?other=1", 400, "other"),
      ("/items/\(item)?times=1&times=2", 400, "times"), ("/hello?x=1", 400, "x"), ("/items/%zz", 400, nil),
      ("/hello?%zz", 400, nil), ("/items/\(item)?id=\(item)", 400, "id"),
    ] as [(String, Int, String?)])
  func malformed(target: String, status: Int, field: String?) async throws {
    try await withService(ProbeModule.self) { service in
      let response = try await send(service, .get, target)
      #expect(response.status == status)
      #expect(response.header("content-type") == "application/problem+json")
      #expect(response.problem.errors?.first?.field == field)
      #expect(response.problem.traceId?.count == 32)
    }
  }

  @Test(
    "A body is refused for what is wrong with it",
    arguments: [
      (#"{"text":"a","stars":"many"}"#, "application/json", 422), (#"{"text":"a","more":1}"#, "application/json", 422),
      (#"{"text":"a""#, "application/json", 400), ("", "application/json", 400), (#"{"text":"a"}"#, "text/plain", 415),
      (#"{"text":"a"}"#, "application/jsonp", 415), (#"{"text":"a"}"#, "Application/JSON; charset=utf-8", 201),
    ])
  func badBody(body: String, type: String, status: Int) async throws {
    try await withService(ProbeModule.self) { service in
      let response = try await send(service, .post, "/items", headers: [("content-type", type)], body: body)
      #expect(response.status == status, "\(body) as \(type)")
    }
  }

  @Test("A body on a call that takes none is refused")
  func unwantedBody() async throws {
    try await withService(ProbeModule.self) { service in
      let target = "/items/\(item)"
      let boss = Principal(role: .operator)
      let refused = try await send(service, .delete, target, body: #"{"x":1}"#, as: boss)
      #expect(refused.status == 400)
      let taken = try await send(service, .delete, target, body: "{}", as: boss)
      #expect(taken.status == 204)
    }
  }

  @Test("OPTIONS is a method like the others, for who has a route for it")
  func options() async throws {
    try await withService(ProbeModule.self) { service in
      let answered = try await send(service, .options, "/items")
      #expect(answered.status == 204 && answered.header("allow") == "POST")
      let refused = try await send(service, .options, "/hello")
      #expect(refused.status == 405 && refused.header("allow") == "GET, HEAD")
    }
  }

  @Test("An unknown path is 404, a known one with another method 405 with Allow")
  func unknown() async throws {
    try await withService(ProbeModule.self) { service in
      for path in ["/nothing", "/hello/", "/items//", "//hello", "/"] {
        #expect(try await send(service, .get, path).status == 404, "\(path)")
      }
      let response = try await send(service, .put, "/items/\(item)")
      #expect(response.status == 405)
      #expect(response.header("allow") == "GET, HEAD, DELETE")
    }
  }

  @Test("HEAD is answered as GET would be, without the body")
  func head() async throws {
    try await withService(ProbeModule.self) { service in
      let get = try await send(service, .get, "/hello")
      let head = try await send(service, .head, "/hello")
      #expect(head.status == 200)
      #expect(head.body.isEmpty)
      #expect(head.header("content-length") == "\(get.body.count)")
    }
  }

  @Test("A path's remainder keeps its slashes and cannot climb")
  func remainder() async throws {
    try await withService(ProbeModule.self) { service in
      let response = try await send(service, .get, "/files/a%20b/c/d%C3%BC.m4s")
      #expect(String(decoding: response.body, as: UTF8.self) == "a b|c/dü.m4s")
      for path in ["/files/a/../b", "/files/a/%2e%2e/b", "/files/a/x%2Fy", "/files/a//b", "/files/a/b%00"] {
        let connection = try RawConnection(port: service.port)
        let token = InternalToken.mint(
          viewer, audience: "probe", now: WallClock.system.now(), keys: service.keys)
        try await connection.send("GET \(path) HTTP/1.1\r\nhost: x\r\nauthorization: Internal \(token)\r\n\r\n")
        try await connection.awaitText("HTTP/1.1 400")
      }
    }
  }

  @Test("Without a valid internal token every route is 401, whatever its access")
  func unsigned() async throws {
    try await withService(ProbeModule.self) { service in
      let foreign = InternalToken.mint(
        .service("x"), audience: "other", now: WallClock.system.now(), keys: service.keys)
      let stale = InternalToken.mint(
        .service("x"), audience: "probe", now: WallClock.system.now().adding(seconds: -120), keys: service.keys)
      let forged = InternalToken.mint(
        .service("x"), audience: "probe", now: WallClock.system.now(), keys: .ephemeral())
      var routes = Routes()
      routes.addProbes(folder: service.home)
      for endpoint in routes.endpoints {
        let path = endpoint.path.expand(endpoint.path.parameterNames.map { ($0, "\(item)") })
        for line in [nil, "Internal \(foreign)", "Internal \(stale)", "Internal \(forged)", "Bearer x", "Internal "] {
          let connection = try RawConnection(port: service.port)
          let authorization = line.map { "authorization: \($0)\r\n" } ?? ""
          try await connection.send(
            "\(endpoint.method.rawValue) \(path) HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\(authorization)\r\n")
          try await connection.awaitText("\r\n\r\n")
          #expect(connection.received.hasPrefix("HTTP/1.1 401 "), "\(endpoint.name) \(line ?? "unsigned")")
        }
      }
    }
  }

  @Test("The role decides: 401 for nobody, 403 for the wrong one")
  func access() async throws {
    try await withService(ProbeModule.self) { service in
      let target = "/items/\(item)"
      let calls: [(Contract.HTTPMethod, String, Principal, Int)] = [
        (.get, target, .anonymous, 401), (.get, target, .service("x"), 200), (.delete, target, viewer, 403),
        (.put, "/uploads/a", Principal(role: .operator), 403), (.get, "/hello", .anonymous, 200),
      ]
      for (method, path, principal, status) in calls {
        let response = try await send(service, method, path, as: principal)
        #expect(response.status == status, "\(method) \(path) as \(principal.role)")
      }
    }
  }

  @Test("Who asks, the trace, the deadline and the idempotency key reach the handler")
  func context() async throws {
    try await withService(ProbeModule.self) { service in
      var context = CallContext(principal: viewer, deadline: .after(.seconds(90)), idempotencyKey: "k-1")
      context.trace = .root()
      let seen = try await service.transport.call(Probe.seen, in: context)
      #expect(seen.role == "viewer")
      #expect(seen.account == viewer.account)
      #expect(seen.idempotencyKey == "k-1")
      #expect(seen.traceID == context.trace.traceID)
      #expect((1...90_000).contains(seen.remainingMilliseconds))
      #expect(seen.clientAddress == nil)
      context.clientAddress = NetworkAddress("2001:db8::7")
      #expect(try await service.transport.call(Probe.seen, in: context).clientAddress == "2001:db8::7")
    }
  }

  @Test("A quota that is used up is told in RateLimit and RateLimit-Policy, too")
  func rateLimit() async throws {
    let limit = RateLimit(name: "tries", quota: 10, windowSeconds: 300, remaining: 0, resetSeconds: 15)
    let answer = Answer.problem(.tooMany("Later.", limit: limit))
    let headers = Dictionary(uniqueKeysWithValues: answer.headers.map { ($0.name, $0.value) })
    #expect(answer.status == 429)
    #expect(headers["retry-after"] == "15")
    #expect(headers["ratelimit-policy"] == #""tries";q=10;w=300"#)
    #expect(headers["ratelimit"] == #""tries";r=0;t=15"#)
  }

  @Test("A request id is echoed where it is fit to be, and made otherwise")
  func requestID() async throws {
    try await withService(ProbeModule.self) { service in
      let echoed = try await service.get("/livez", headers: [("x-request-id", "abc-123")])
      #expect(echoed.header("x-request-id") == "abc-123")
      for unfit in [String(repeating: "x", count: 129), "a b"] {
        let made = try await service.get("/livez", headers: [("x-request-id", unfit)])
        #expect(made.header("x-request-id")?.count == 32)
      }
    }
  }

  @Test("A handler's problem keeps its status and Retry-After; a bug is 500 without its text, and logged whole")
  func failures() async throws {
    try await withService(ProbeModule.self) { service in
      let busy = try await send(service, .get, "/busy")
      #expect(busy.status == 429)
      #expect(busy.header("retry-after") == "7")
      let bug = try await send(service, .get, "/bug")
      #expect(bug.status == 500)
      #expect(!String(decoding: bug.body, as: UTF8.self).contains("sesame"))
      let trace = try #require(bug.problem.traceId)
      try await eventually {
        service.log.lines.contains { $0.contains("sesame") && $0.contains(trace) && $0.contains("ERROR") }
      }
    }
  }

  @Test("A stream is sent chunk by chunk")
  func streams() async throws {
    try await withService(ProbeModule.self) { service in
      let response = try await send(service, .get, "/stream")
      #expect(String(decoding: response.body, as: UTF8.self).hasSuffix("chunk 8\nchunk 9\n"))
      let connection = try RawConnection(port: service.port)
      let token = InternalToken.mint(viewer, audience: "probe", now: WallClock.system.now(), keys: service.keys)
      let request = "GET /stream HTTP/1.1\r\nhost: x\r\nauthorization: Internal \(token)\r\n\r\n"
      try await connection.send(request)
      try await connection.awaitText("8\r\nchunk 9\n\r\n0\r\n\r\n")
      #expect(connection.received.contains("transfer-encoding: chunked"))
    }
  }
}
