import ClientKit
import Contract
import Foundation
import SecurityKit
import ServerKit
import TestKit
import Testing

@Suite("Limits", .serialized)
struct LimitTests {
  private func authorization(_ service: TestService, _ principal: Principal = viewer) -> String {
    let token = InternalToken.mint(principal, audience: "probe", now: WallClock.system.now(), keys: service.keys)
    return "host: x\r\nauthorization: Internal \(token)\r\ncontent-type: application/json\r\n"
  }

  private var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
  }

  @Test("A body over the route's limit is 413 before it has come, and the connection ends")
  func announcedTooLarge() async throws {
    try await withService(ProbeModule.self) { service in
      let connection = try RawConnection(port: service.port)
      try await connection.send(
        "POST /items HTTP/1.1\r\n\(authorization(service))content-length: 1000000000\r\n\r\n{")
      try await connection.awaitText("HTTP/1.1 413")
      try await connection.awaitEnd()
      #expect(connection.received.contains("connection: close"))
      #expect(connection.received.contains("/problems/too-large"))
    }
  }

  @Test("A body of unknown length is 413 once it is over, and memory stays bounded")
  func chunkedTooLarge() async throws {
    try await withService(ProbeModule.self) { service in
      let before = residentBytes
      let connection = try RawConnection(port: service.port)
      try await connection.send(
        "POST /items HTTP/1.1\r\n\(authorization(service))transfer-encoding: chunked\r\n\r\n")
      let chunk = "10000\r\n" + String(repeating: "x", count: 65536) + "\r\n"
      for _ in 0..<1600 {
        guard try await connection.send(chunk) else { break }
      }
      try await connection.awaitText("HTTP/1.1 413")
      #expect(residentBytes - before < 50 << 20)
    }
  }

  @Test("JSON nested 200,000 deep is 400 and takes little memory")
  func deepJSON() async throws {
    try await withService(ProbeModule.self) { service in
      let before = residentBytes
      for opening in [#"{"text":"#, "["] {
        let body = String(repeating: opening, count: 200_000)
        let response = try await send(service, .post, "/big", headers: jsonBody, body: body)
        #expect(response.status == 400)
      }
      #expect(residentBytes - before < 50 << 20)
    }
  }

  @Test("A client that waits for 100 Continue gets it, or the refusal in its place")
  func expectContinue() async throws {
    try await withService(ProbeModule.self) { service in
      let welcome = try RawConnection(port: service.port)
      try await welcome.send(
        "POST /items HTTP/1.1\r\n\(authorization(service))expect: 100-continue\r\ncontent-length: 12\r\n\r\n")
      try await welcome.awaitText("HTTP/1.1 100 Continue\r\n\r\n")
      try await welcome.send(#"{"text":"a"}"#)
      try await welcome.awaitText("HTTP/1.1 201")
      let refused = try RawConnection(port: service.port)
      try await refused.send(
        "POST /items HTTP/1.1\r\n\(authorization(service))expect: 100-continue\r\ncontent-length: 5000\r\n\r\n")
      try await refused.awaitText("HTTP/1.1 413")
      #expect(!refused.received.contains("100 Continue"))
    }
  }

  @Test("A head that trickles is cut off, and healthy callers do not notice")
  func slowHead() async throws {
    try await withService(ProbeModule.self, settings: ["HEADER_SECONDS": "2"]) { service in
      let slow = try (0..<50).map { _ in try RawConnection(port: service.port) }
      for connection in slow { try await connection.send("GET /hello HTTP/1.1\r\nhost: x\r\n") }
      #expect(try await service.get("/livez").status == 200)
      for connection in slow {
        try await eventually {
          try await connection.send("x-a: b\r\n") == false
        }
      }
    }
  }

  @Test("A body slower than the least rate is 408, and one that keeps pace is taken")
  func slowBody() async throws {
    // The steady one comes at 50 bytes a second, for longer than the time that needs no pace.
    let settings = ["HEADER_SECONDS": "1", "BODY_BYTES_PER_SECOND": "5"]
    try await withService(ProbeModule.self, settings: settings) { service in
      let slow = try RawConnection(port: service.port)
      let steady = try RawConnection(port: service.port)
      for connection in [slow, steady] {
        try await connection.send("POST /items HTTP/1.1\r\n\(authorization(service))content-length: 100\r\n\r\n")
      }
      let body = #"{"text":""# + String(repeating: "x", count: 89) + #""}"#
      for part in body.utf8 {
        try await steady.send([part])
        try await Task.sleep(for: .milliseconds(20))
      }
      try await steady.awaitText("HTTP/1.1 201")
      try await slow.awaitText("HTTP/1.1 408")
      try await slow.awaitEnd()
    }
  }

  @Test("A connection without requests is closed after its time")
  func idle() async throws {
    try await withService(ProbeModule.self, settings: ["IDLE_SECONDS": "0.3"]) { service in
      let connection = try RawConnection(port: service.port)
      try await connection.send("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
      try await connection.awaitText("alive")
      try await connection.awaitEnd()
    }
  }

  @Test("More requests at once than the limit are shed with 503, and health still answers")
  func crowded() async throws {
    try await withService(ProbeModule.self, settings: ["REQUESTS_IN_FLIGHT": "10"]) { service in
      let callers = try (0..<30).map { _ in try RawConnection(port: service.port) }
      for caller in callers { try await caller.send("GET /held HTTP/1.1\r\n\(authorization(service))\r\n") }
      #expect(try await service.get("/readyz").status == 200)
      try await eventually {
        for caller in callers { caller.take() }
        return callers.count { $0.received.contains("\r\n\r\n") } >= 20
      }
      try Probe.release(service)
      for caller in callers { try await caller.awaitText("\r\n\r\n") }
      let shed = callers.filter { $0.received.hasPrefix("HTTP/1.1 503 ") }
      // A request is in flight until its answer has been handed over, so one before these may still count.
      #expect((20...21).contains(shed.count))
      #expect(shed.allSatisfy { $0.received.contains("retry-after: 1\r\n") })
      #expect(callers.count { $0.received.hasPrefix("HTTP/1.1 200 ") } == 30 - shed.count)
    }
  }

  @Test("A deadline that passes is 504, while the handler is still at it")
  func deadline() async throws {
    try await withService(ProbeModule.self) { service in
      let connection = try RawConnection(port: service.port)
      // Nobody lets the handler go before the answer has come.
      try await connection.send("GET /held HTTP/1.1\r\n\(authorization(service))x-deadline-ms: 100\r\n\r\n")
      try await connection.awaitText("HTTP/1.1 504")
      try Probe.release(service)
      try await connection.send("GET /hello HTTP/1.1\r\n\(authorization(service))x-deadline-ms: 0\r\n\r\n")
      try await connection.awaitText("had passed on arrival")
      try await connection.send("GET /hello HTTP/1.1\r\n\(authorization(service))x-deadline-ms: soon\r\n\r\n")
      try await connection.awaitText("X-Deadline-Ms")
    }
  }

  @Test(
    "What is not HTTP is 400 and ends the connection",
    arguments: ["GARBAGE\r\n\r\n", "GET /hello HTTP/1.1\r\nhost x\r\n\r\n", "GET /hello HTTP/9.9\r\n\r\n"])
  func garbage(text: String) async throws {
    try await withService(ProbeModule.self) { service in
      let connection = try RawConnection(port: service.port)
      try await connection.send(text)
      try await connection.awaitText("HTTP/1.1 400")
      try await connection.awaitEnd()
    }
  }

  @Test("A head over its limit is refused")
  func hugeHead() async throws {
    try await withService(ProbeModule.self) { service in
      let connection = try RawConnection(port: service.port)
      try await connection.send("GET /hello HTTP/1.1\r\nx-big: ")
      let piece = String(repeating: "x", count: 65536)
      for _ in 0..<64 {
        guard try await connection.send(piece) else { break }
      }
      try await connection.awaitEnd()
    }
  }
}
