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
  static func get(_ target: String = "/", within duration: Duration = .seconds(20)) -> TransportRequest {
    TransportRequest(method: .get, target: target, context: .service("tests", within: duration))
  }

  static func post(
    _ target: String = "/", body: [UInt8] = [], idempotencyKey: String? = nil, within duration: Duration = .seconds(20)
  ) -> TransportRequest {
    var context = CallContext.service("tests", within: duration)
    context.idempotencyKey = idempotencyKey
    return TransportRequest(method: .post, target: target, body: body, context: context)
  }
}

extension TransportResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

struct NotInTime: Error {}

/// Awaits a condition, looking every 2 ms.
func eventually(within duration: Duration = .seconds(10), _ condition: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + duration
  while try await !condition() {
    guard ContinuousClock.now < end else { throw NotInTime() }
    try await Task.sleep(for: .milliseconds(2))
  }
}

/// A count several threads share.
final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  @discardableResult func add(_ amount: Int = 1) -> Int { count.withLock { $0 += amount; return $0 } }
}

/// Holds threads of a scripted server until it is opened.
final class Gate: Sendable {
  private let isOpen = Mutex(false)
  func open() { isOpen.withLock { $0 = true } }
  func wait() { while !isOpen.withLock({ $0 }) { usleep(500) } }
}
