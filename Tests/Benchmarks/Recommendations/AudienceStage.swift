import ClientKit
import Contract
import EventKit
import Foundation
import PlaybackAPI
import RecommendationsAPI
import SecurityKit
import ServerKit
import StorageKit
import TestKit

@testable import RecommendationsService

/// The bus, playback and recommendations as processes of their own, after all that an audience watched.
struct AudienceStage: Sendable {
  static let epoch = "bench"

  let stack: RunningStack
  let audience: InventedAudience
  private let bus: HTTPEventBus
  private let playback: CurlTransport
  private let recommendations: CurlTransport

  /// Recommendations is not running yet, and its database holds what the audience watched.
  static func with(
    _ audience: InventedAudience, _ services: [String], _ settings: [String: String] = [:],
    _ body: (AudienceStage) async throws -> Void
  ) async throws {
    var environment = ["MATINEE_LOG_LEVEL": "error"]
    for (name, value) in settings { environment["MATINEE_\(name)"] = value }
    let stack = try await RunningStack.start(environment: environment, only: [])
    defer { stack.stop() }
    let keys = try StackKeys(home: stack.home)
    let desk = try await TestService.start(
      KeyDesk.self, settings: ["ACCOUNTS_PORT": "\(stack.ports["accounts"] ?? 0)"], keys: keys)
    let loop = CurlLoop()
    do {
      for service in services { try stack.launch(service) }
      for service in services { try await stack.waitUntilReady(service) }
      let stage = AudienceStage(
        stack, audience, loop, InternalTokenMint(keys: keys, clock: .system))
      try await stage.fill()
      try await stage.tellOfTitles()
      try await body(stage)
    } catch {
      try? await desk.stop()
      await loop.shutdown()
      throw error
    }
    try await desk.stop()
    await loop.shutdown()
  }

  private init(_ stack: RunningStack, _ audience: InventedAudience, _ loop: CurlLoop, _ mint: InternalTokenMint) {
    func transport(to service: String) -> CurlTransport {
      CurlTransport(
        loop: loop, upstream: service, baseURL: stack.address(of: service),
        credential: { mint.token(for: $0, audience: service) })
    }
    self.stack = stack
    self.audience = audience
    bus = HTTPEventBus(transport(to: "bus"), service: "bench", timeout: .seconds(30))
    playback = transport(to: "playback")
    recommendations = transport(to: "recommendations")
  }

  private func viewer(_ profile: Int) -> CallContext {
    let principal = Principal(
      role: .viewer, account: audience.account(ofProfile: profile), loginSession: LoginSessionID(seed: "bench"),
      profile: audience.profile(profile), maturityLimit: .eighteen)
    return CallContext(principal: principal, deadline: .after(.seconds(30)))
  }

  // MARK: - Before it starts

  private var databasePath: String { "\(stack.home)/recommendations/recommendations.db" }

  var databaseBytes: Int {
    ["", "-wal"].reduce(0) { sum, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: databasePath + suffix)
      return sum + (attributes?[.size] as? Int ?? 0)
    }
  }

  /// By the service's own stores, as its consumer would in hours.
  private func fill() async throws {
    try PrivateFolder.make("\(stack.home)/recommendations")
    let database = try ServiceDatabase(
      path: databasePath, migrations: RecommendationsSchema.migrations, durability: .normal)
    defer { database.close() }
    let audience = audience
    let numbers = try await database.write { db in
      try (0..<audience.titleCount).map { try ProjectionStore.number(of: audience.title($0), in: db) }
    }
    for start in stride(from: 0, to: audience.profileCount, by: 400) {
      try await database.write { db in
        var count = 0
        for index in start..<min(start + 400, audience.profileCount) {
          let profile = audience.profile(index)
          for watch in audience.watches(ofProfile: index) {
            let number = numbers[watch.title]
            try WatchStore.set(
              Watch(
                title: number, positionSeconds: watch.watchedSeconds,
                durationSeconds: InventedAudience.runtimeSeconds, watchedSeconds: watch.watchedSeconds,
                lastAt: watch.at), by: profile, in: db)
            if audience.now.seconds(since: watch.at) < 7 * 86_400 {
              try PlayCountStore.count(number, by: profile, at: watch.at, in: db)
            }
            count += 1
          }
        }
        try LearningStore.noteChanges(count, in: db)
      }
    }
  }

  private func tellOfTitles() async throws {
    let stream = EventStream(source: "/catalog", epoch: Self.epoch)
    let audience = audience
    for start in stride(from: 0, to: audience.titleCount, by: EventLimits.batchCount) {
      let events = try (start..<min(start + EventLimits.batchCount, audience.titleCount)).map { index in
        try stream.titleChanged(audience.facts(index), seq: Int64(index + 1))
      }
      try await publish(events, of: stream, first: Int64(start + 1))
    }
  }

  private func publish(_ events: [Event], of stream: EventStream, first: Int64) async throws {
    _ = try await bus.publish(
      EventBatch(source: stream.source, epoch: stream.epoch, first: first, oldest: 1, events: events.map(\.json)))
  }

  // MARK: - What it is told and says

  /// So many events of sessions, by one profile or by any, published before recommendations starts; answers the number
  /// of the last.
  func tellOfPlays(_ count: Int, by one: Int? = nil) async throws -> Int64 {
    let stream = EventStream(source: "/playback", epoch: Self.epoch)
    var random = SeededRandom(seed: 11)
    var told: Int64 = 0
    while told < count {
      var events: [Event] = []
      while events.count + EventStream.eventsOfSession <= EventLimits.batchCount, told + Int64(events.count) < count {
        let profile = one ?? Int.random(in: 0..<audience.profileCount, using: &random)
        let watch = InventedAudience.Watch(
          title: Int.random(in: 0..<audience.titleCount, using: &random),
          watchedSeconds: Double.random(in: 60...InventedAudience.runtimeSeconds, using: &random), at: audience.now)
        events += try stream.session(of: watch, profile, in: audience, first: told + Int64(events.count) + 1)
      }
      try await publish(events, of: stream, first: told + 1)
      told += Int64(events.count)
    }
    return told
  }

  func launchRecommendations() async throws {
    try stack.launch("recommendations")
    try await stack.waitUntilReady("recommendations", within: .seconds(120))
  }

  func page(of profile: Int) async throws -> RecommendedRows {
    try JSON.decode(RecommendedRows.self, from: try await rawPage(of: profile).body)
  }

  /// As it comes, so that reading it is not part of what is measured.
  func rawPage(of profile: Int) async throws -> TransportResponse {
    let endpoint = RecommendationsEndpoints.rows
    let query = RowsQuery(profile: audience.profile(profile), maturityLimit: .eighteen)
    return try await recommendations.send(
      TransportRequest(
        method: endpoint.method, target: endpoint.path.expand(try ParameterEncoder.encode(query)),
        context: viewer(profile)))
  }

  func reject(_ title: TitleID, by profile: Int) async throws {
    _ = try await playback.call(
      ListEndpoints.rate, ListPath(profile: audience.profile(profile), title: title), body: NewRating(thumbs: .down),
      in: viewer(profile))
  }

  func models() async throws -> ModelList { try await recommendations.call(ModelEndpoints.models, in: operatorContext) }

  /// Begins a training, which takes as long as it takes.
  func train() async throws { _ = try await recommendations.call(ModelEndpoints.train, in: operatorContext) }

  private var operatorContext: CallContext {
    CallContext(principal: Principal(role: .operator), deadline: .after(.seconds(30)))
  }

  /// What a model may learn of a profile, as the database has it.
  func labels(of profile: Int) throws -> [Float] {
    let database = DatabaseReading(path: databasePath)
    defer { database.close() }
    return try database.read { db in
      try InteractionStore.history(of: audience.profile(profile), limit: audience.titleCount, in: db)
    }.interactions.map(\.label)
  }

  // MARK: - What it costs

  /// Of recommendations, in bytes.
  var memory: Int { usage?.proportionalBytes ?? 0 }

  /// The most that recommendations ever had, in bytes.
  var peakMemory: Int { usage?.peakBytes ?? 0 }

  /// Of recommendations, so far.
  var cpuSeconds: Double { usage?.cpuSeconds ?? 0 }

  private var usage: ProcessUsage? { stack.pid(of: "recommendations").flatMap { ProcessUsage(pid: Int($0)) } }
}
