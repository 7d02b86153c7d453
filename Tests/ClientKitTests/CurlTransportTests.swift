import ClientKit
import Contract
import Foundation
import Synchronization
import Testing

@Suite("CurlTransport")
struct CurlTransportTests {
  @Test("A call carries the method, the target, the body and the caller's headers")
  func call() async throws {
    try await withServer { request, connection in
      let body = try connection.readBody(request)
      try connection.answer(
        201, headers: ["X-Seen: \(request.method) \(request.target) \(request.header("x-mark") ?? "-")"],
        body: String(decoding: body, as: UTF8.self))
    } _: { _, transport, _ in
      for method in HTTPMethod.allCases where method != .head {
        let request = TransportRequest(
          method: method, target: "/a/../b%20c?d=%26", headers: [("x-mark", "ü é")], body: Array("hello".utf8),
          context: .service("tests", within: .seconds(60)))
        let response = try await transport.send(request)
        #expect(response.status == 201)
        #expect(response.header("x-seen") == "\(method.rawValue) /a/../b%20c?d=%26 ü é")
        #expect(response.text == "hello")
      }
    }
  }

  @Test("A handle used for one method leaves nothing behind for the next")
  func methodsInTurn() async throws {
    try await withServer { request, connection in
      let body = try connection.readBody(request)
      let seen = "\(request.method) \(body.count) \(request.header("content-type") ?? "-")"
      if request.method == "HEAD" {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Seen: \(seen)\r\n\r\n")
      } else {
        try connection.answer(headers: ["X-Seen: \(seen)"], body: "12345")
      }
    } _: { server, transport, _ in
      let context = CallContext.service("tests", within: .seconds(60))
      for (method, body) in [
        (HTTPMethod.post, 3), (.get, 0), (.head, 0), (.delete, 0), (.put, 0), (.get, 0), (.patch, 100_000), (.head, 0),
        (.post, 0), (.delete, 4), (.get, 0),
      ] {
        let response = try await transport.send(
          TransportRequest(
            method: method, target: "/", body: Array(repeating: 7, count: body), context: context))
        #expect(response.header("x-seen") == "\(method.rawValue) \(body) -")
        #expect(response.body.count == (method == .head ? 0 : 5))
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test("A call carries the credential, a child of the trace, the time left and the idempotency key")
  func contextHeaders() async throws {
    let seen = Mutex<[String: String]>([:])
    let server = try ScriptedServer { request, connection in
      seen.withLock { $0 = request.headers }
      try connection.answer()
    }
    let loop = CurlLoop()
    let transport = CurlTransport(loop: loop, upstream: "test", baseURL: server.baseURL) { principal in
      "token-of-\(principal.service ?? "nobody")"
    }
    var context = CallContext.service("tests", within: .seconds(60))
    context.idempotencyKey = "key-1"
    _ = try await transport.send(
      TransportRequest(
        method: .post, target: "/",
        headers: [
          ("authorization", "forged"), ("x-request-id", "r1"), ("idempotency-key", "forged"), ("x-empty", ""),
          ("connection", "close"),
        ], context: context))
    let headers = seen.withLock { $0 }
    #expect(headers["authorization"] == "Internal token-of-tests")
    #expect(headers["idempotency-key"] == "key-1")
    #expect(headers["x-request-id"] == "r1")
    #expect(headers["x-empty"] == "")
    #expect(headers["connection"] == nil && headers["expect"] == nil && headers["accept"] == nil)
    let milliseconds = try #require(headers["x-deadline-ms"].flatMap { Int($0) })
    #expect((1...60_000).contains(milliseconds))
    let trace = try #require(headers["traceparent"].flatMap { TraceContext(traceparent: $0) })
    #expect(trace.traceID == context.trace.traceID)
    #expect(trace.spanID != context.trace.spanID)
    server.stop()
    await loop.shutdown()
  }

  @Test("Response header names come lower-cased, and an interim answer is passed over")
  func responseHead() async throws {
    try await withServer { _, connection in
      try connection.write(
        "HTTP/1.1 103 Early\r\nLink: early\r\n\r\nHTTP/1.1 404 Not Found\r\nX-ONE:  a b \r\nSet-Cookie: 1\r\n"
          + "Set-Cookie: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n")
    } _: { _, transport, _ in
      let response = try await transport.send(.get())
      #expect(response.status == 404)
      #expect(response.headers.map { "\($0.name)=\($0.value)" } == ["x-one=a b", "set-cookie=1", "set-cookie=2"])
      #expect(response.text == "abcde")
    }
  }

  @Test("Calls in a row share one connection")
  func reuse() async throws {
    try await withServer { request, connection in
      try connection.answer(body: request.target)
    } _: { server, transport, loop in
      for number in 0..<200 {
        let text = try await transport.send(.get("/\(number)")).text
        #expect(text == "/\(number)")
      }
      #expect(server.connectionCount == 1)
      #expect(loop.connectionsOpened == 1)
    }
  }

  @Test("A thousand calls at once are all answered, over no more connections than the limit")
  func thousandAtOnce() async throws {
    try await withServer { request, connection in
      try connection.answer(body: request.target)
    } _: { server, transport, _ in
      let matched = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<1000 {
          group.addTask { try await transport.send(.get("/\(number)")).text == "/\(number)" }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(matched == 1000)
      #expect(server.connectionCount <= 64)
      #expect(server.openConnectionCount == server.connectionCount)
    }
  }

  @Test("An upstream on a Unix socket is reached, and two of them are kept apart")
  func unixSocket() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ck-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let first = try ScriptedServer(socketPath: folder + "/1") { _, connection in try connection.answer(body: "1") }
    let second = try ScriptedServer(socketPath: folder + "/2") { _, connection in try connection.answer(body: "2") }
    let loop = CurlLoop()
    let one = CurlTransport(loop: loop, upstream: "one", baseURL: first.baseURL)
    let two = CurlTransport(loop: loop, upstream: "two", baseURL: second.baseURL)
    for _ in 0..<3 {
      #expect(try await one.send(.get()).text == "1")
      #expect(try await two.send(.get()).text == "2")
    }
    #expect(first.connectionCount == 1 && second.connectionCount == 1)
    first.stop()
    second.stop()
    await loop.shutdown()
  }

  @Test("A target or header that would forge a request is refused")
  func forgery() async throws {
    try await withServer { _, connection in
      try connection.answer()
    } _: { server, transport, _ in
      let context = CallContext.service("tests", within: .seconds(60))
      let requests = [
        TransportRequest(method: .get, target: "@evil/", context: context),
        TransportRequest(method: .get, target: "/a b", context: context),
        TransportRequest(method: .get, target: "/a\r\nX: y", context: context),
        TransportRequest(method: .get, target: "/", headers: [("x", "a\r\nb: c")], context: context),
        TransportRequest(method: .get, target: "/", headers: [("x: y\r\nz", "a")], context: context),
      ]
      for request in requests {
        await #expect {
          try await transport.send(request)
        } throws: { error in
          if case .refused = error as? TransportError { true } else { false }
        }
      }
      #expect(server.connectionCount == 0)
    }
  }
}
