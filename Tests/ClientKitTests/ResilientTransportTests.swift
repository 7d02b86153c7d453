import ClientKit
import Contract
import Foundation
import TestKit
import Testing

@Suite("ResilientTransport")
struct ResilientTransportTests {
  private static let unreachable = TransportError.unreachable(upstream: "test", reason: "down")
  private static let interrupted = TransportError.interrupted(upstream: "test", reason: "lost")

  /// A transport with a budget for repeats.
  private func transport(
    over stub: StubTransport, budget: RetryBudget = RetryBudget(share: 1), clock: HandClock = HandClock(),
    _ change: (inout ResilientTransport.Settings) -> Void = { _ in }
  ) -> ResilientTransport {
    var settings = ResilientTransport.Settings()
    settings.longestPause = .milliseconds(2)
    change(&settings)
    return ResilientTransport(stub, upstream: "test", settings: settings, budget: budget, clock: clock.clock)
  }

  @Test("What is repeated: anything that was not sent, and a lost call without a second effect", arguments: [
    (HTTPMethod.get, nil, unreachable, 2), (.post, nil, unreachable, 2), (.get, nil, interrupted, 2),
    (.put, nil, interrupted, 2), (.delete, nil, interrupted, 2), (.post, "key", interrupted, 2),
    (.post, nil, interrupted, 1), (.patch, nil, interrupted, 1),
    (.get, nil, TransportError.deadlinePassed(upstream: "test"), 1),
    (.get, nil, .answerTooLarge(upstream: "test", limitBytes: 1), 1),
    (.get, nil, .refused(upstream: "test", reason: ""), 1),
  ] as [(HTTPMethod, String?, TransportError, Int)])
  func repeats(method: HTTPMethod, key: String?, error: TransportError, sendings: Int) async throws {
    let stub = StubTransport { number, _ in
      if number == 1 { throw error }
      return TransportResponse(status: 200)
    }
    var context = CallContext.service("tests")
    context.idempotencyKey = key
    let request = TransportRequest(method: method, target: "/", context: context)
    if sendings == 2 {
      let status = try await transport(over: stub).send(request).status
      #expect(status == 200)
    } else {
      await #expect(throws: error) { try await transport(over: stub).send(request) }
    }
    #expect(stub.calls.value == sendings)
  }

  @Test("A call is repeated once, not twice")
  func once() async throws {
    let stub = StubTransport { _, _ in throw Self.unreachable }
    await #expect(throws: Self.unreachable) { try await transport(over: stub).send(.get()) }
    #expect(stub.calls.value == 2)
  }

  @Test("With an upstream that is down there are at most 1.1 sendings for each call")
  func amplification() async throws {
    let stub = StubTransport { _, _ in throw Self.unreachable }
    let transport = transport(over: stub, budget: RetryBudget()) { $0.breaker.minimumCalls = .max }
    for _ in 0..<500 { _ = try? await transport.send(.get()) }
    #expect((540...550).contains(stub.calls.value))
  }

  @Test("There is no repeat whose pause would outlast the deadline")
  func noTimeLeft() async throws {
    let stub = StubTransport { _, _ in throw Self.unreachable }
    let transport = ResilientTransport(
      stub, upstream: "test", settings: { var settings = ResilientTransport.Settings()
        settings.longestPause = .seconds(60)
        return settings
      }(), budget: RetryBudget(share: 1), random: { 1 })
    await #expect(throws: Self.unreachable) { try await transport.send(.get()) }
    #expect(stub.calls.value == 1)
  }

  @Test("An upstream that fails is left in peace for five seconds, then tried and used again")
  func breaker() async throws {
    let mended = Flag()
    let time = HandClock()
    let stub = StubTransport { _, _ in
      if !mended.isRaised { throw Self.interrupted }
      return TransportResponse(status: 200)
    }
    let transport = transport(over: stub, clock: time)
    for _ in 0..<20 { _ = try? await transport.send(.post()) }
    #expect(transport.breaker.status == .open)
    let before = stub.calls.value
    await #expect {
      try await transport.send(.get())
    } throws: { error in
      if case .refused = error as? TransportError { true } else { false }
    }
    #expect(stub.calls.value == before)
    mended.raise()
    time.advance(by: .seconds(5))
    for _ in 0..<3 { _ = try await transport.send(.get()) }
    #expect(transport.breaker.status == .closed)
  }

  @Test("Shedding and refusals of one's own do not open the breaker, failing answers do", arguments: [
    (503, CircuitBreaker.Status.closed), (507, .closed), (404, .closed), (500, .open), (504, .open),
  ])
  func whatCounts(status: Int, expected: CircuitBreaker.Status) async throws {
    let stub = StubTransport { _, _ in TransportResponse(status: status) }
    let transport = transport(over: stub)
    for _ in 0..<30 { _ = try? await transport.send(.get()) }
    #expect(transport.breaker.status == expected)
  }

  @Test("Calls with next to no time left do not open the breaker, calls with enough do", arguments: [true, false])
  func unfairDeadlines(isFair: Bool) async throws {
    let stub = StubTransport { _, _ in throw TransportError.deadlinePassed(upstream: "test") }
    let transport = transport(over: stub) { $0.fairTime = isFair ? .seconds(1) : .seconds(60) }
    for _ in 0..<30 { _ = try? await transport.send(.get()) }
    #expect(transport.breaker.status == (isFair ? .open : .closed))
  }

  @Test("A slow upstream is given no more calls at once than the limit; the queue takes some, the rest are refused")
  func limit() async throws {
    let inside = Counter()
    let most = Peak()
    let released = Flag()
    let stub = StubTransport { _, _ in
      most.note(inside.add())
      try await eventually { released.isRaised }
      inside.add(-1)
      return TransportResponse(status: 200)
    }
    let transport = transport(over: stub) {
      $0.concurrency = 4
      $0.queue = 6
    }
    let answered = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 { group.addTask { (try? await transport.send(.get())) != nil } }
      var outcomes: [Bool] = []
      for await outcome in group {
        outcomes.append(outcome)
        if outcomes.count == 90 { released.raise() }
      }
      return outcomes
    }
    #expect(answered.prefix(90).allSatisfy { !$0 } && answered.suffix(10).allSatisfy { $0 })
    #expect(most.value == 4)
    #expect(stub.calls.value == 10)
  }

  @Test("Over real sockets, a restart of the upstream between two calls costs no error")
  func restart() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ck-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let loop = CurlLoop()
    let base = CurlTransport(loop: loop, upstream: "test", baseURL: "unix:\(folder)/s")
    let transport = ResilientTransport(base, upstream: "test", budget: RetryBudget(share: 1))
    for _ in 0..<5 {
      let server = try ScriptedServer(socketPath: folder + "/s") { _, connection in try connection.answer() }
      for _ in 0..<3 {
        let status = try await transport.send(.post()).status
        #expect(status == 200)
      }
      server.stop()
      try FileManager.default.removeItem(atPath: folder + "/s")
    }
    await loop.shutdown()
  }
}
