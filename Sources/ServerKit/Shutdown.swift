import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Last of a service's group, so the first that is told to stop: `/readyz` says no before anything else changes.
struct ReadinessFirst: Service {
  let state: HostState
  /// Time for load balancers to notice.
  let delay: Duration

  func run() async throws {
    try? await gracefulShutdown()
    state.phase = .draining
    if delay > .zero { try? await Task.sleep(for: delay) }
  }
}

/// The HTTP server, whose drain has an end: what is still in flight then is cut off.
struct BoundedDrain: Service {
  let server: Server<HTTPConnection>
  let settings: HostSettings
  let logger: Logger

  func run() async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          try await server.run()
        } catch let error as IOError {
          throw ListenError(host: settings.host, port: settings.port, reason: "\(error)")
        }
        return true
      }
      group.addTask {
        try await gracefulShutdown()
        try await Task.sleep(for: settings.drain)
        return false
      }
      if try await group.next() == false {
        logger.warning("requests were still in flight at the end of the drain; they are cut off")
      }
      group.cancelAll()
    }
  }
}

/// The address cannot be listened on.
package struct ListenError: Error, CustomStringConvertible {
  let host: String
  let port: Int
  let reason: String

  package var description: String { "\(host):\(port) cannot be listened on: \(reason)" }
}

/// A value that comes once, waited for by any number of tasks.
final class OneValue<Value: Sendable>: Sendable {
  private enum State {
    case waiting([CheckedContinuation<Value, any Error>])
    case done(Result<Value, any Error>)
  }

  private let state = Mutex(State.waiting([]))

  var value: Value {
    get async throws {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Value, any Error>? = state.withLock { state in
          switch state {
          case .waiting(let others):
            state = .waiting(others + [continuation])
            return nil
          case .done(let result): return result
          }
        }
        if let result { continuation.resume(with: result) }
      }
    }
  }

  func succeed(_ value: Value) { finish(.success(value)) }

  /// Does nothing where there is a value already.
  func fail(_ error: any Error) { finish(.failure(error)) }

  private func finish(_ result: Result<Value, any Error>) {
    let waiting = state.withLock { state in
      guard case .waiting(let continuations) = state else { return [CheckedContinuation<Value, any Error>]() }
      state = .done(result)
      return continuations
    }
    for continuation in waiting { continuation.resume(with: result) }
  }
}
