package import ClientKit
import ConfigKit
package import Contract
import Foundation
import Logging
package import SecurityKit
package import ServerKit
import ServiceLifecycle
import TelemetryKit

/// A service under test: the real module behind a real socket on a port of its own, in a folder of its own.
package final class TestService: Sendable {
  /// Calls the service as `context.principal` says, with a good internal token.
  package let transport: CurlTransport
  /// `http://127.0.0.1:<port>`
  package let baseURL: String
  package let port: Int
  /// `$MATINEE_HOME`; the service's own folder is `<home>/<name>`.
  package let home: String
  package let keys: StackKeys
  /// What the service answers.
  package let endpoints: [any EndpointDescription]
  /// Everything the service has logged.
  package let log: LogSink
  private let ownsHome: Bool
  private let loop: CurlLoop
  private let group: ServiceGroup
  private let running: Task<Void, any Error>

  private init(
    transport: CurlTransport, port: Int, home: String, ownsHome: Bool, keys: StackKeys,
    endpoints: [any EndpointDescription], log: LogSink, loop: CurlLoop, group: ServiceGroup,
    running: Task<Void, any Error>
  ) {
    self.transport = transport
    self.port = port
    baseURL = "http://127.0.0.1:\(port)"
    self.home = home
    self.ownsHome = ownsHome
    self.keys = keys
    self.endpoints = endpoints
    self.log = log
    self.loop = loop
    self.group = group
    self.running = running
  }

  /// Starts `module` and waits until `/readyz` says yes.
  ///
  /// - Parameters:
  ///   - settings: by name, with or without `MATINEE_`; another test service's address goes in as `CATALOG_URL`.
  ///   - upstreams: in-memory neighbours, by service.
  ///   - home: a folder that outlives the service, to start it again on its data; a temporary one unless given.
  ///   - keys: those of another test service that this one talks with.
  ///   - awaitsReadiness: false where a readiness check cannot pass yet.
  package static func start(
    _ module: any ServiceModule.Type, settings: [String: String] = [:], upstreams: [String: any Transport] = [:],
    clock: WallClock = .system, home: String? = nil, keys: StackKeys = .ephemeral(), awaitsReadiness: Bool = true
  ) async throws -> TestService {
    let folder = home ?? TemporaryFolder.make(module.name)
    let log = LogSink()
    var environment = ["MATINEE_HOME": folder, "MATINEE_HOST": "127.0.0.1"]
    // Calls without a deadline of their own: no test is about how busy the machine is.
    environment["MATINEE_DEADLINE_MILLISECONDS"] = "60000"
    environment["MATINEE_\(module.name.uppercased())_PORT"] = "0"
    for (name, value) in settings {
      environment[name.hasPrefix(SettingsReader.prefix) ? name : SettingsReader.prefix + name] = value
    }
    let reader = SettingsReader(environment: environment)
    _ = try reader.text("HOME", default: folder)
    let level: Logger.Level = try reader.choice("LOG_LEVEL", default: .info)
    let loop = CurlLoop()
    try PrivateFolder.make(folder)
    let hosting = Hosting(
      settings: reader, home: folder, clock: clock, keys: keys, loop: loop, replacements: upstreams
    ) { label in
      Telemetry.logger(label, format: .text, level: level, sink: { log.add($0) })
    }
    let host = ServiceHost(module, in: hosting)
    let group = ServiceGroup(configuration: .init(services: [.init(service: host)], logger: quiet))
    let running = Task { try await group.run() }
    do {
      let port = try await host.boundPort()
      let mint = InternalTokenMint(keys: keys, clock: clock)
      let transport = CurlTransport(
        loop: loop, upstream: module.name, baseURL: "http://127.0.0.1:\(port)",
        credential: { mint.token(for: $0, audience: module.name) })
      let service = TestService(
        transport: transport, port: port, home: folder, ownsHome: home == nil, keys: keys,
        endpoints: try await host.endpoints(), log: log, loop: loop, group: group, running: running)
      if awaitsReadiness { try await service.awaitReadiness() }
      return service
    } catch {
      await group.triggerGracefulShutdown()
      _ = try? await running.value
      await loop.shutdown()
      if home == nil { TemporaryFolder.remove(folder) }
      throw error
    }
  }

  private static let quiet = Telemetry.logger("test", format: .text, level: .critical)

  private func awaitReadiness() async throws {
    try await eventually { try await self.get("/readyz").status == 200 }
  }

  /// One GET without any body, as nobody in particular; what is not a typed endpoint.
  package func get(_ target: String, headers: [(name: String, value: String)] = []) async throws -> TransportResponse {
    try await transport.send(
      TransportRequest(
        method: .get, target: target, headers: headers,
        context: CallContext(principal: .anonymous, deadline: .after(.seconds(60)))))
  }

  /// Tells the service to stop, as TERM would, without waiting for it.
  package func beginStop() async {
    await group.triggerGracefulShutdown()
  }

  /// Stops the service as TERM would, waits for its end, and removes its folder if it was a temporary one.
  /// Throws what the service ended with.
  package func stop() async throws {
    await group.triggerGracefulShutdown()
    let result = await running.result
    await loop.shutdown()
    if ownsHome { TemporaryFolder.remove(home) }
    try result.get()
  }
}

/// Starts `module`, runs `body`, and always stops the service and removes its folder.
package func withService<Result>(
  _ module: any ServiceModule.Type, settings: [String: String] = [:], upstreams: [String: any Transport] = [:],
  clock: WallClock = .system, keys: StackKeys = .ephemeral(), _ body: (TestService) async throws -> Result
) async throws -> Result {
  let service = try await TestService.start(
    module, settings: settings, upstreams: upstreams, clock: clock, keys: keys)
  do {
    let result = try await body(service)
    try await service.stop()
    return result
  } catch {
    try? await service.stop()
    throw error
  }
}
