import ClientKit
import Contract
import Foundation
import Synchronization
import TestKit
import Testing

@Suite("Ends of calls and loops")
struct TransportEndTests {
  @Test("Calls cancelled at random moments neither hang nor disturb the others")
  func cancellationStorm() async throws {
    var settings = ClientSettings()
    settings.connectionsPerUpstream = 4
    try await withServer(settings: settings) { request, connection in
      usleep(300)
      try connection.answer(body: request.target)
    } _: { _, transport, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<400 {
          group.addTask {
            let task = Task { try await transport.send(.get("/\(number)")) }
            if number.isMultiple(of: 2) {
              for _ in 0..<(number % 17) { await Task.yield() }
              task.cancel()
              _ = try? await task.value
            } else {
              let text = try await task.value.text
              #expect(text == "/\(number)")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("Shutdown fails calls under way and waiting, and refuses later ones")
  func shutdown() async throws {
    var settings = ClientSettings()
    settings.connectionsPerUpstream = 1
    let gate = Gate()
    defer { gate.open() }
    try await withServer(settings: settings) { _, connection in
      gate.wait()
      try connection.answer()
    } _: { server, transport, loop in
      async let underWay = transport.send(.get())
      try await eventually { server.connectionCount == 1 }
      async let waiting = transport.send(.get())
      try await eventually { loop.waitingCount == 1 }
      await loop.shutdown()
      do {
        _ = try await underWay
        Issue.record("was answered")
      } catch let error as TransportError {
        #expect(error == .interrupted(upstream: "test", reason: "shutting down"))
      }
      let refusal = TransportError.refused(upstream: "test", reason: "shutting down")
      do {
        _ = try await waiting
        Issue.record("was answered")
      } catch let error as TransportError {
        #expect(error == refusal)
      }
      await #expect(throws: refusal) { try await transport.send(.get()) }
      await loop.shutdown()
    }
  }

  @Test("A connection that does not open in time is unreachable, long before the deadline")
  func connectTimeout() async throws {
    // A listener that accepts nothing and whose queue is full answers no attempt to connect.
    let (listener, port) = try Sockets.listenOnLoopback(backlog: 0)
    defer { close(listener) }
    let fillers = try (0..<3).map { _ in try Sockets.beginConnecting(to: port) }
    defer { for filler in fillers { close(filler) } }
    var settings = ClientSettings()
    settings.connectTimeoutMilliseconds = 100
    let loop = CurlLoop(settings: settings)
    let transport = CurlTransport(loop: loop, upstream: "test", baseURL: "http://127.0.0.1:\(port)")
    await #expect {
      try await transport.send(.get())
    } throws: { error in
      if case .unreachable = error as? TransportError { true } else { false }
    }
    await loop.shutdown()
  }

  @Test("Connections close with a shutdown, and with the last reference to a loop", arguments: [true, false])
  func connectionsClose(isShutDown: Bool) async throws {
    let server = try ScriptedServer { _, connection in try connection.answer() }
    let loop = CurlLoop()
    func call() async throws {
      // Without a shutdown, a loop of its own that nothing holds afterwards.
      let transport = CurlTransport(
        loop: isShutDown ? loop : CurlLoop(), upstream: "test", baseURL: server.baseURL)
      _ = try await transport.send(.get())
      _ = try await collect(transport.stream(.get()).body)
    }
    try await call()
    #expect(server.connectionCount == 2)
    if isShutDown { await loop.shutdown() }
    try await eventually { server.openConnectionCount == 0 }
    server.stop()
  }
}
