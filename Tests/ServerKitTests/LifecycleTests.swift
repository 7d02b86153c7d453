import ClientKit
import ConfigKit
import Contract
import Foundation
import SecurityKit
import ServerKit
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

/// Writes down, in its data folder, in which order things happen to it.
enum OrderedModule: ServiceModule {
  static let name = "ordered"

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    var parts = ServiceParts()
    let folder = context.dataFolder
    parts.routes.addProbes(folder: folder)
    parts.background = ["relay", "consumer"].map { Worker(name: $0, folder: folder) }
    parts.onClose = [
      { Worker.note("closed database", folder) },
      { Worker.note("closed cache", folder) },
    ]
    parts.remarks = [
      { FileManager.default.fileExists(atPath: "\(folder)/dusty") ? "The shelves are dusty." : nil }, { nil },
    ]
    parts.readiness = [
      ReadinessCheck("warm") { FileManager.default.fileExists(atPath: "\(folder)/warm") },
      ReadinessCheck("awake") { true },
      ReadinessCheck("broken") {
        if FileManager.default.fileExists(atPath: "\(folder)/broken") { throw UnexpectedError() }
        return true
      },
    ]
    return parts
  }

  struct Worker: Service {
    let name: String
    let folder: String

    func run() async throws {
      Self.note("started \(name)", folder)
      try? await gracefulShutdown()
      Self.note("stopped \(name)", folder)
    }

    private static let lock = Mutex(())

    static func note(_ text: String, _ folder: String) {
      lock.withLock { _ in
        let path = "\(folder)/order"
        let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        try? Data((old + text + "\n").utf8).write(to: URL(fileURLWithPath: path))
      }
    }
  }
}

/// Has one service in the background that is done just while another is being stopped.
enum BriefModule: ServiceModule {
  static let name = "brief"

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let (news, teller) = AsyncStream.makeStream(of: Void.self)
    let (done, doer) = AsyncStream.makeStream(of: Void.self)
    var parts = ServiceParts()
    parts.background = [Brief(news: news, doer: doer), Lasting(teller: teller, done: done)]
    return parts
  }

  struct Brief: Service {
    let news: AsyncStream<Void>
    let doer: AsyncStream<Void>.Continuation

    func run() async throws {
      for await _ in news {}
      doer.finish()
    }
  }

  struct Lasting: Service {
    let teller: AsyncStream<Void>.Continuation
    let done: AsyncStream<Void>

    func run() async throws {
      try? await gracefulShutdown()
      teller.finish()
      for await _ in done {}
      // What ends a service is heard after it has returned.
      for _ in 0..<100 { await Task.yield() }
    }
  }
}

@Suite("From start to stop")
struct LifecycleTests {
  @Test("A service in the background may be done at any time, also while others are being stopped")
  func doneInBetween() async throws {
    for _ in 0..<20 {
      let service = try await TestService.start(BriefModule.self)
      try await service.stop()
    }
  }

  @Test("Readiness names what has not passed, and remarks what is amiss though it has; liveness never looks")
  func readiness() async throws {
    let service = try await TestService.start(OrderedModule.self, awaitsReadiness: false)
    let folder = "\(service.home)/ordered"
    try Data().write(to: URL(fileURLWithPath: "\(folder)/broken"))
    try await eventually { try await service.get("/readyz").problem.detail.contains("warm, broken") }
    let response = try await service.get("/readyz")
    #expect(response.status == 503)
    #expect(response.problem.errors?.map(\.field) == ["warm", "broken"])
    #expect(response.header("retry-after") != nil)
    #expect(try await service.get("/livez").status == 200)
    try FileManager.default.removeItem(atPath: "\(folder)/broken")
    try Data().write(to: URL(fileURLWithPath: "\(folder)/warm"))
    #expect(try await service.get("/readyz").status == 200)
    #expect(!String(decoding: try await service.get("/readyz").body, as: UTF8.self).contains("remarks"))
    try Data().write(to: URL(fileURLWithPath: "\(folder)/dusty"))
    let remarked = try await service.get("/readyz")
    #expect(remarked.status == 200)
    #expect(String(decoding: remarked.body, as: UTF8.self).contains(#""remarks":["The shelves are dusty."]"#))
    try await service.stop()
  }

  @Test("Background is stopped in reverse after the drain, then what is open is closed in reverse")
  func order() async throws {
    let home = TemporaryFolder.make()
    defer { TemporaryFolder.remove(home) }
    let service = try await TestService.start(
      OrderedModule.self, settings: ["DRAIN_SECONDS": "60"], home: home, awaitsReadiness: false)
    let path = "\(home)/ordered/order"
    try await eventually { try String(contentsOfFile: path, encoding: .utf8).contains("started consumer") }
    async let held = send(service, .get, "/held")
    try await eventually { inFlight(try await service.get("/metrics")) >= 2 }
    await service.beginStop()
    try Probe.release(service, name: "ordered")
    #expect(try await held.status == 200)
    try await service.stop()
    let order = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(Set(order.prefix(2)) == ["started relay", "started consumer"])
    #expect(order.dropFirst(2) == ["stopped consumer", "stopped relay", "closed cache", "closed database"])
  }

  private func inFlight(_ response: TransportResponse) -> Double {
    let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n")
    return lines.first { $0.hasPrefix("http_server_requests_in_flight ") }
      .flatMap { Double($0.split(separator: " ")[1]) } ?? 0
  }

  @Test("Told to stop, it fails readiness first, finishes what is in flight, and then refuses connections")
  func drain() async throws {
    let service = try await TestService.start(
      ProbeModule.self, settings: ["DRAIN_DELAY_MILLISECONDS": "5000", "DRAIN_SECONDS": "60"])
    let held = try RawConnection(port: service.port)
    let token = InternalToken.mint(viewer, audience: "probe", now: WallClock.system.now(), keys: service.keys)
    try await held.send("GET /held HTTP/1.1\r\nhost: x\r\nauthorization: Internal \(token)\r\n\r\n")
    try await eventually { inFlight(try await service.get("/metrics")) >= 2 }
    await service.beginStop()
    try await eventually {
      let ready = try await service.get("/readyz")
      return ready.status == 503 && ready.problem.detail.contains("draining")
    }
    #expect(try await send(service, .get, "/hello").status == 200)
    try Probe.release(service)
    try await held.awaitEnd()
    #expect(held.received.hasPrefix("HTTP/1.1 200 "))
    #expect(held.received.contains("connection: close"))
    try await service.stop()
    #expect(throws: RawConnection.Refused.self) { try RawConnection(port: service.port) }
  }

  @Test("A request that outlasts the drain is cut off")
  func boundedDrain() async throws {
    let settings = ["DRAIN_SECONDS": "0.2", "DEADLINE_MILLISECONDS": "60000"]
    let service = try await TestService.start(EndlessModule.self, settings: settings)
    let connection = try RawConnection(port: service.port)
    try await connection.send("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n")
    try await connection.awaitText("tick")
    // The answer has no end of its own: that this returns at all is the cut.
    try await service.stop()
    try await connection.awaitEnd()
  }

  @Test("Two services in one process answer for themselves, with their own metrics and audience")
  func twoHosts() async throws {
    try await withService(ProbeModule.self) { one in
      try await withService(EndlessModule.self, keys: one.keys) { two in
        #expect(one.port != two.port)
        let hello = try await send(one, .get, "/hello")
        #expect(hello.status == 200)
        let alive = try await two.get("/livez")
        #expect(String(decoding: alive.body, as: UTF8.self).contains(#""service":"endless""#))
        let metrics = try await two.get("/metrics")
        #expect(!String(decoding: metrics.body, as: UTF8.self).contains("probe.hello"))
      }
    }
  }

  @Test("A setting that cannot be, or that nobody knows, keeps the service from starting")
  func badSetting() async throws {
    let failure = await #expect(throws: SettingsError.self) {
      try await TestService.start(ProbeModule.self, settings: ["REQUESTS_IN_FLIGHT": "0"])
    }
    #expect(failure?.description.contains("MATINEE_REQUESTS_IN_FLIGHT is \"0\"") == true)
    #expect(failure?.description.contains("1 to 1000000") == true)
  }

  @Test("A port that is taken keeps the service from starting, and is named")
  func takenPort() async throws {
    try await withService(ProbeModule.self) { service in
      let failure = await #expect(throws: ListenError.self) {
        try await TestService.start(EndlessModule.self, settings: ["ENDLESS_PORT": "\(service.port)"])
      }
      #expect(failure?.description.contains("127.0.0.1:\(service.port)") == true)
      try Task.checkCancellation()
    }
  }

  @Test("The data folder and the home are their owner's alone")
  func folders() async throws {
    try await withService(ProbeModule.self) { service in
      for path in [service.home, "\(service.home)/probe"] {
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o700, "\(path)")
      }
      let port = try String(contentsOfFile: "\(service.home)/run/probe.port", encoding: .utf8)
      #expect(port == "\(service.port)\n")
    }
  }
}
