import ClientKit
import ConfigKit
package import Contract
import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import SecurityKit
import ServiceLifecycle
import TelemetryKit

/// Runs one service: makes it, binds its port, answers, and on graceful shutdown fails readiness, stops accepting,
/// drains, stops what runs in the background and closes what is open, in this order.
package final class ServiceHost: Service {
  private let module: any ServiceModule.Type
  private let hosting: Hosting
  private let port = OneValue<Int>()
  private let routed = OneValue<[any EndpointDescription]>()

  package init(_ module: any ServiceModule.Type, in hosting: Hosting) {
    self.module = module
    self.hosting = hosting
  }

  /// The port that is listened on, as soon as it is; throws what kept the service from starting.
  package func boundPort() async throws -> Int { try await port.value }

  /// What the service answers, as soon as it is made; throws what kept it from starting.
  package func endpoints() async throws -> [any EndpointDescription] { try await routed.value }

  package func run() async throws {
    do {
      try await makeAndServe()
    } catch {
      port.fail(error)
      routed.fail(error)
      throw error
    }
  }

  private func makeAndServe() async throws {
    let settings = try HostSettings(hosting.settings, service: module.name)
    let context = try makeContext()
    let parts = try await module.make(context)
    do {
      try checkSettings(context.logger)
      try await serve(parts, context, settings)
    } catch {
      for close in parts.onClose.reversed() { await close() }
      throw error
    }
    for close in parts.onClose.reversed() { await close() }
    context.logger.info("stopped")
  }

  private func makeContext() throws -> ServiceContext {
    let folder = "\(hosting.home)/\(module.name)"
    try PrivateFolder.make(folder)
    let metrics = Metrics()
    ProcessMetrics.register(in: metrics)
    metrics.gauge("matinee_build_info", help: "Always 1; what runs.", labels: ["service", "version"])
      .set(1, [module.name, MatineeVersion.current])
    hosting.loop.observe(in: metrics)
    let mint = InternalTokenMint(keys: hosting.keys, clock: hosting.clock)
    return ServiceContext(
      name: module.name, settings: hosting.settings, dataFolder: folder, home: hosting.home, clock: hosting.clock,
      logger: hosting.logging(module.name), metrics: metrics, keys: hosting.keys,
      upstreams: Upstreams(
        settings: hosting.settings, loop: hosting.loop, mint: mint, replacements: hosting.replacements))
  }

  /// Refuses what the file names and nobody reads; shows what was read.
  private func checkSettings(_ logger: Logger) throws {
    _ = try hosting.settings.text("\(module.name.uppercased())_URL", default: "")  // for others: no typing error here
    let own = module.name.uppercased() + "_"
    let isElsewhere = { (name: String) in
      !name.hasPrefix(own) && (DefaultPorts.isServiceSetting(name) || Self.kitPrefixes.contains(where: name.hasPrefix))
    }
    try hosting.settings.refuseUnknown(besides: isElsewhere)
    for unknown in hosting.settings.unknownInEnvironment(besides: isElsewhere) { logger.warning("\(unknown)") }
    let shown = hosting.settings.report.filter { $0.source != "default" || logger.logLevel <= .debug }
    logger.info("settings", metadata: Dictionary(uniqueKeysWithValues: shown.map { ($0.name, "\($0.value)") }))
  }

  /// Settings of kits that not every service uses.
  private static let kitPrefixes = ["EVENTS_", "STORAGE_", "CLIENT_", "SECURITY_"]

  private func serve(_ parts: ServiceParts, _ context: ServiceContext, _ settings: HostSettings) async throws {
    let state = HostState()
    var routes = parts.routes
    routes.addHealth(
      service: module.name, state: state, checks: parts.readiness, remarks: parts.remarks,
      metrics: context.metrics)
    routed.succeed(routes.endpoints)
    let telemetry = RequestTelemetry(
      metrics: context.metrics, logger: context.logger, slowMilliseconds: settings.slowMilliseconds)
    let table = try RouteTable(
      routes.all.map { RouteEntry($0, telemetry: telemetry.endpoint($0)) })
    let authenticator =
      parts.authenticator
      ?? InternalTokenAuthenticator(audience: module.name, keys: hosting.keys, clock: hosting.clock)
    let responder = Responder(
      table: table, authenticator: authenticator, auditor: parts.auditor, telemetry: telemetry, state: state,
      settings: settings, watch: DeadlineWatch(loop: MultiThreadedEventLoopGroup.singleton.next()))
    let quiet = hosting.logging("\(module.name).http").at(least: .warning)
    let server = Server(
      childChannelSetup: HTTPConnection(limits: settings.connection, responder: responder),
      configuration: ServerConfiguration(
        address: .hostname(settings.host, port: settings.port), backlog: 1024,
        availableConnectionsDelegate: .maximum(settings.connections, logger: quiet)),
      onServerRunning: { [self] channel in
        started(on: channel.localAddress?.port ?? settings.port, settings, context)
        state.phase = .serving
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    try await run(
      parts.background.map(UntilStopped.init) + [
        BoundedDrain(server: server, settings: settings, logger: context.logger),
        ReadinessFirst(state: state, delay: settings.drainDelay),
      ], context.logger)
  }

  private func run(_ services: [any Service], _ logger: Logger) async throws {
    let group = ServiceGroup(
      configuration: .init(
        services: services.map { service in
          .init(
            service: service, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
        },
        logger: logger.at(least: .warning)))
    try await group.run()
  }

  private func started(on bound: Int, _ settings: HostSettings, _ context: ServiceContext) {
    context.logger.info("listening", metadata: ["host": "\(settings.host)", "port": "\(bound)"])
    let folder = "\(hosting.home)/run"
    do {
      try PrivateFolder.make(folder)
      try Data("\(bound)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(module.name).port"), options: .atomic)
    } catch {
      context.logger.warning("the port file cannot be written", metadata: ["error": "\(error)"])
    }
    port.succeed(bound)
  }
}

/// Stays when the service has done what it had to do, until it is told to stop: one that returns while another is being
/// stopped would be taken for one that failed.
private struct UntilStopped: Service {
  let service: any Service

  init(_ service: any Service) {
    self.service = service
  }

  func run() async throws {
    try await service.run()
    try? await gracefulShutdown()
  }
}

extension Logger {
  fileprivate func at(least level: Level) -> Logger {
    var logger = self
    logger.logLevel = max(logger.logLevel, level)
    return logger
  }
}
