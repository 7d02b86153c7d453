import ClientKit
import Contract
import Foundation
import Synchronization
import TestKit
import Testing

@Suite("Failures of a call")
struct TransportFailureTests {
  @Test("An upstream that does not answer in time costs the deadline and no more")
  func deadline() async throws {
    let gate = Gate()
    defer { gate.open() }
    try await withServer { _, connection in
      gate.wait()
      try connection.answer()
    } _: { server, transport, _ in
      let start = ContinuousClock.now
      await #expect(throws: TransportError.deadlinePassed(upstream: "test")) {
        try await transport.send(.get(within: .milliseconds(80)))
      }
      let elapsed = ContinuousClock.now - start
      #expect(elapsed >= .milliseconds(70))
      // It did not wait for the answer, which comes now.
      #expect(server.answeredCount == 0)
      gate.open()
    }
  }

  @Test("A call whose deadline has passed is not sent")
  func deadOnArrival() async throws {
    try await withServer { _, connection in
      try connection.answer()
    } _: { server, transport, _ in
      await #expect(throws: TransportError.deadlinePassed(upstream: "test")) {
        try await transport.send(.get(within: .zero))
      }
      #expect(server.connectionCount == 0)
    }
  }

  @Test("A call that waits for a connection fails at its own deadline, and the one ahead of it goes on")
  func deadlineWhileWaiting() async throws {
    var settings = ClientSettings()
    settings.connectionsPerUpstream = 1
    let gate = Gate()
    defer { gate.open() }
    try await withServer(settings: settings) { _, connection in
      gate.wait()
      try connection.answer(body: "late")
    } _: { server, transport, _ in
      async let ahead = transport.send(.get())
      try await eventually { server.connectionCount == 1 }
      async let long = transport.send(.get())
      await #expect(throws: TransportError.deadlinePassed(upstream: "test")) {
        try await transport.send(.get(within: .milliseconds(60)))
      }
      #expect(server.answeredCount == 0)
      gate.open()
      #expect(try await ahead.text == "late")
      #expect(try await long.text == "late")
      try await eventually { server.answeredCount == 2 }
    }
  }

  @Test("More waiting calls than the queue holds are refused at once")
  func fullQueue() async throws {
    var settings = ClientSettings()
    settings.connectionsPerUpstream = 1
    settings.waitingPerUpstream = 2
    let gate = Gate()
    defer { gate.open() }
    try await withServer(settings: settings) { _, connection in
      gate.wait()
      try connection.answer()
    } _: { server, transport, _ in
      let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<5 {
          group.addTask {
            do {
              _ = try await transport.send(.get())
              return true
            } catch TransportError.refused(_, let reason) {
              #expect(reason.contains("waiting"))
              return false
            }
          }
        }
        var outcomes: [Bool] = []
        while let outcome = try await group.next() {
          outcomes.append(outcome)
          if outcomes.count == 2 { gate.open() }
        }
        return outcomes
      }
      #expect(outcomes == [false, false, true, true, true])
    }
  }

  @Test("Nothing listens: unreachable, so that a repeat is known to be safe")
  func unreachable() async throws {
    let loop = CurlLoop()
    let transport = CurlTransport(
      loop: loop, upstream: "test", baseURL: "http://127.0.0.1:\(try Sockets.unusedPort())")
    await #expect {
      try await transport.send(.post())
    } throws: { error in
      if case .unreachable(upstream: "test", _) = error as? TransportError { true } else { false }
    }
    let socket = CurlTransport(loop: loop, upstream: "test", baseURL: "unix:/nowhere/at/all")
    await #expect {
      try await socket.send(.get())
    } throws: { error in
      if case .unreachable(upstream: "test", _) = error as? TransportError { true } else { false }
    }
    await loop.shutdown()
  }

  @Test("An upstream that hangs up without an answer, or in mid-body, interrupts the call", arguments: [0, 1, 2])
  func interrupted(bytesOfBody: Int) async throws {
    try await withServer { _, connection in
      if bytesOfBody > 0 {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + String(repeating: "x", count: 700))
      }
      if bytesOfBody > 1 { connection.reset() }
      connection.hangUp()
    } _: { server, transport, _ in
      await #expect {
        try await transport.send(.post())
      } throws: { error in
        if case .interrupted = error as? TransportError { true } else { false }
      }
      #expect(server.connectionCount == 1)
    }
  }

  /// Serves one request per connection, then answers the second on the same connection with silence and a hang-up.
  private func dyingServer(_ served: Counter) throws -> ScriptedServer {
    let doomed = Counter()
    return try ScriptedServer { request, connection in
      _ = try connection.readBody(request)
      served.add()
      if request.target == "/second", doomed.add() == 1 {
        connection.hangUp()
        throw Connection.Failure.closed
      }
      try connection.answer()
    }
  }

  @Test("A command lost with a kept connection is not sent again behind the caller's back")
  func noSilentRepeat() async throws {
    let served = Counter()
    let server = try dyingServer(served)
    let loop = CurlLoop()
    let transport = CurlTransport(loop: loop, upstream: "test", baseURL: server.baseURL)
    _ = try await transport.send(.get("/first"))
    await #expect {
      try await transport.send(.post("/second", body: [1, 2, 3]))
    } throws: { error in
      if case .interrupted = error as? TransportError { true } else { false }
    }
    #expect(served.value == 2)
    server.stop()
    await loop.shutdown()
  }

  @Test(
    "A read, or a command with an idempotency key, lost with a kept connection is sent once more",
    arguments: [
      false, true,
    ])
  func silentRepeatOfIdempotent(isCommand: Bool) async throws {
    let served = Counter()
    let server = try dyingServer(served)
    let loop = CurlLoop()
    let transport = CurlTransport(loop: loop, upstream: "test", baseURL: server.baseURL)
    _ = try await transport.send(.get("/first"))
    let request = isCommand ? TransportRequest.post("/second", body: [1], idempotencyKey: "k") : .get("/second")
    let status = try await transport.send(request).status
    #expect(status == 200)
    #expect(served.value == 3)
    server.stop()
    await loop.shutdown()
  }

  @Test("An upstream gone after the request was sent over a kept connection is interrupted, not unreachable")
  func goneAfterSending() async throws {
    let loop = CurlLoop()
    let box = Mutex<ScriptedServer?>(nil)
    let server = try ScriptedServer { request, connection in
      if request.target == "/second" {
        box.withLock { $0?.stop() }
        usleep(20_000)
        throw Connection.Failure.closed
      }
      try connection.answer()
    }
    box.withLock { $0 = server }
    let transport = CurlTransport(loop: loop, upstream: "test", baseURL: server.baseURL)
    _ = try await transport.send(.get("/first"))
    await #expect {
      try await transport.send(.get("/second"))
    } throws: { error in
      if case .interrupted = error as? TransportError { true } else { false }
    }
    box.withLock { $0 = nil }
    await loop.shutdown()
  }

  @Test("An answer over the bound is given up, with or without a declared length", arguments: [true, false])
  func bodyBound(isDeclared: Bool) async throws {
    let server = try ScriptedServer { request, connection in
      let count = request.target == "/fits" ? 1000 : 1001
      let body = String(repeating: "x", count: count)
      if isDeclared { return try connection.answer(body: body) }
      try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      try connection.write(String(count, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n")
    }
    let loop = CurlLoop()
    let transport = CurlTransport(loop: loop, upstream: "test", baseURL: server.baseURL, bodyLimitBytes: 1000)
    let count = try await transport.send(.get("/fits")).body.count
    #expect(count == 1000)
    await #expect(throws: TransportError.answerTooLarge(upstream: "test", limitBytes: 1000)) {
      try await transport.send(.get("/over"))
    }
    let again = try await transport.send(.get("/fits")).body.count
    #expect(again == 1000)
    server.stop()
    await loop.shutdown()
  }

  @Test("A cancelled task ends its call at once, under way or not yet begun")
  func cancellation() async throws {
    let gate = Gate()
    defer { gate.open() }
    try await withServer { _, connection in
      gate.wait()
      try connection.answer()
    } _: { server, transport, _ in
      let underWay = Task { try await transport.send(.get()) }
      try await eventually { server.connectionCount == 1 }
      underWay.cancel()
      await #expect(throws: CancellationError.self) { try await underWay.value }
      let early = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await transport.send(.get())
      }
      await #expect(throws: CancellationError.self) { try await early.value }
      #expect(server.connectionCount == 1)
      gate.open()
      let status = try await transport.send(.get()).status
      #expect(status == 200)
    }
  }
}
