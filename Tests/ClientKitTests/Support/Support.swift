import ClientKit
import Contract
import Foundation
import Synchronization

/// Runs `body` against a server of its own and a loop of its own; both are stopped whatever happens.
func withServer(
  settings: ClientSettings = ClientSettings(),
  _ handler: @escaping @Sendable (ScriptedServer.Request, Connection) throws -> Void,
  _ body: (ScriptedServer, CurlTransport, CurlLoop) async throws -> Void
) async throws {
  let server = try ScriptedServer(handler)
  let loop = CurlLoop(settings: settings)
  let transport = CurlTransport(loop: loop, upstream: "test", baseURL: server.baseURL)
  do {
    try await body(server, transport, loop)
  } catch {
    server.stop()
    await loop.shutdown()
    throw error
  }
  server.stop()
  await loop.shutdown()
}

extension TransportRequest {
  static func get(_ target: String = "/", within duration: Duration = .seconds(60)) -> TransportRequest {
    TransportRequest(method: .get, target: target, context: .service("tests", within: duration))
  }

  static func post(
    _ target: String = "/", body: [UInt8] = [], idempotencyKey: String? = nil, within duration: Duration = .seconds(60)
  ) -> TransportRequest {
    var context = CallContext.service("tests", within: duration)
    context.idempotencyKey = idempotencyKey
    return TransportRequest(method: .post, target: target, body: body, context: context)
  }
}

extension TransportResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// A count several threads share.
final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  @discardableResult func add(_ amount: Int = 1) -> Int {
    count.withLock {
      $0 += amount
      return $0
    }
  }
}

/// Holds threads of a scripted server until it is opened.
final class Gate: Sendable {
  private let isOpen = Mutex(false)
  func open() { isOpen.withLock { $0 = true } }
  func wait() { while !isOpen.withLock({ $0 }) { usleep(500) } }
}

/// Time that passes when a test says so.
final class HandClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)
  var clock: MonotonicClock { MonotonicClock { self.instant.withLock { $0 } } }
  func advance(by duration: Duration) { instant.withLock { $0 += duration } }
}

/// An upstream in memory, whose every answer is decided by the test.
final class StubTransport: Transport {
  private let answer: @Sendable (Int, TransportRequest) async throws -> TransportResponse
  let calls = Counter()

  /// The answer is asked for with the call's number, from 1.
  init(_ answer: @escaping @Sendable (Int, TransportRequest) async throws -> TransportResponse) {
    self.answer = answer
  }

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    try await answer(calls.add(), request)
  }
}

/// The largest of some numbers.
final class Peak: Sendable {
  private let most = Mutex(0)
  var value: Int { most.withLock { $0 } }
  func note(_ number: Int) { most.withLock { $0 = max($0, number) } }
}

/// Something that comes true.
final class Flag: Sendable {
  private let state = Mutex(false)
  var isRaised: Bool { state.withLock { $0 } }
  func raise() { state.withLock { $0 = true } }
}
