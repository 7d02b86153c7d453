import ConfigKit
import Contract
import Logging
import StorageKit
import TelemetryKit
import TestKit

@testable import RecommendationsService

/// A database with two tastes in it, and what learns from it.
struct ModelStage {
  let database: ServiceDatabase
  let shelves: ShelfKeeper
  let keeper: ModelKeeper
  let trainer: ModelTrainer
  let publication: ModelPublication
  let routes: ModelRoutes
  let time: ManualClock
  let log: LogSink

  /// 60 profiles like titles a0… of drama by A, 60 others b0… of war by B. Everybody watched six of the ten, which go
  /// together in a way that neither genre nor director tells: a model is worth serving.
  static func tastes() throws -> SampleEvents {
    var events = SampleEvents()
    for taste in ["a", "b"] {
      for title in 0..<10 {
        try events.title(facts("\(taste)\(title)", genres: [taste == "a" ? "drama" : "war"], directors: [taste]))
      }
      for profile in 0..<60 {
        for offset in 0..<7 {
          try events.progress("\(taste)-\(profile)", "\(taste)\((profile + offset * offset) % 10)", share: 1)
        }
      }
    }
    return events
  }

  init(_ folder: String, database: ServiceDatabase, settings: [String: String] = [:]) throws {
    let reader = SettingsReader(environment: Dictionary(uniqueKeysWithValues: settings.map { ("MATINEE_\($0)", $1) }))
    let learning = try LearningSettings(reader)
    let log = LogSink()
    let logger = Telemetry.logger("stage", format: .text, level: .notice, sink: { log.add($0) })
    let metrics = Metrics()
    self.log = log
    self.database = database
    time = ManualClock(noon)
    let shelves = try ShelfKeeper(database: database, settings: .sample, clock: time.clock)
    self.shelves = shelves
    try shelves.refresh()
    keeper = ModelKeeper(
      database: database, folder: try ModelFolder(path: "\(folder)/models"), settings: learning, logger: logger,
      metrics: metrics, shelf: { shelves.current })
    trainer = ModelTrainer(
      database: database, keeper: keeper, settings: learning, clock: time.clock, logger: logger, metrics: metrics)
    publication = ModelPublication(database: database, keeper: keeper, settings: learning, logger: logger)
    routes = ModelRoutes(database: database, keeper: keeper, trainer: trainer, settings: learning)
  }

  /// Takes in the events and lets the pause between two trainings pass.
  func take(_ events: SampleEvents) async throws {
    try await database.consume(events.all)
    time.advance(seconds: 3600)
    try shelves.refresh()
  }

  /// As an operator does; says what serves then.
  func pin(_ version: Int) async throws -> Int? {
    try await database.write { try ModelStore.pin(version, in: $0) }
    try await keeper.load()
    return keeper.serving?.version
  }

  func release() async throws {
    try await database.write { try ModelStore.pin(nil, in: $0) }
    try await keeper.load()
  }

  /// What the profile would be shown first, by the model that serves.
  func best(of profile: String, count: Int = 3) throws -> [TitleID] {
    let shelf = shelves.current
    let history = try database.read { try InteractionStore.history(of: profileID(profile), limit: 100, in: $0) }
    guard let serving = keeper.serving else { return [] }
    let seen = Set(history.interactions.filter(\.isMasked).map(\.title))
    let scores = serving.scores(
      of: profileID(profile), history.liked.map { ($0.title, $0.weight(at: noon)) }, on: shelf)
    let order = scores.indices.filter { shelf.facts[$0] != nil && !seen.contains(TitleNumber($0)) }
      .sorted { (scores[$1], $0) < (scores[$0], $1) }
    return order.prefix(count).compactMap { shelf.facts[$0]?.id }
  }
}

/// A stage on tastes, or on other events, with a model trained once.
func withModel(
  _ events: SampleEvents? = nil, settings: [String: String] = [:],
  _ body: (ModelStage, _ folder: String) async throws -> Void
) async throws {
  try await withTemporaryFolder("models") { folder in
    let database = try ServiceDatabase(
      path: "\(folder)/recommendations.db", migrations: RecommendationsSchema.migrations, durability: .normal)
    defer { database.close() }
    try await database.consume((events ?? ModelStage.tastes()).all)
    let stage = try ModelStage(folder, database: database, settings: settings)
    try await stage.trainer.trainIfDue()
    try await body(stage, folder)
  }
}
