import ClientKit
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services in this process until TERM or INT, which stop them one after the other, last first. Returns when
/// all have ended well; throws what the first to fail has thrown.
package func serve(_ modules: [any ServiceModule.Type], in hosting: Hosting) async throws {
  var logger = hosting.logging("matinee")
  logger.logLevel = max(logger.logLevel, .error)
  let group = ServiceGroup(
    configuration: .init(
      services: modules.map { module in
        .init(
          service: ServiceHost(module, in: hosting), successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup)
      },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
  do {
    try await group.run()
  } catch {
    await hosting.loop.shutdown()
    throw error
  }
  await hosting.loop.shutdown()
}
