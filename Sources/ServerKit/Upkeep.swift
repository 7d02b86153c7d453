package import Logging
import ServiceLifecycle

/// Does `work` again and again, `pause` apart, until the service stops: what deletes, collects or retires something
/// now and then. A try that fails is logged as `failing`, and the next one comes in its time.
///
/// - Parameter pause: asked for before each wait.
package func keepUp(
  every pause: @escaping @Sendable () -> Duration, failing: String, at level: Logger.Level = .warning, logger: Logger,
  _ work: @escaping @Sendable () async throws -> Void
) async {
  await cancelWhenGracefulShutdown {
    while !Task.isCancelled {
      do {
        try await work()
      } catch is CancellationError {
        return
      } catch {
        logger.log(level: level, "\(failing)", metadata: ["error": "\(error)"])
      }
      try? await Task.sleep(for: pause())
    }
  }
}
