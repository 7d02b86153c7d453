import AccountsAPI
import AuditKit
import Contract
import EventKit
import RecommendationsAPI
package import ServerKit
import StorageKit
import TelemetryKit

/// Builds recommendations from its settings: the projection, what follows it, and the routes.
package enum RecommendationsModule: ServiceModule {
  package static let name = "recommendations"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try RecommendationsSettings(context.settings)
    let learning = try LearningSettings(context.settings)
    // What viewers and operators tell this service itself comes from no event again: it survives a power cut.
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/recommendations.db", migrations: RecommendationsSchema.migrations,
      durability: .full, logger: context.logger, metrics: context.metrics)
    var events = try ServiceEvents(context, database: database, publishes: [])
    events.consume(
      PlaybackConsumer.name, from: [PlaybackConsumer.source], opens: true, rebuild: PlaybackConsumer.rebuild,
      reading: PlaybackConsumer.effect)
    events.consume(
      CatalogConsumer.name, from: [CatalogConsumer.source], rebuild: CatalogConsumer.rebuild, CatalogConsumer.apply)
    let keys = events.keys
    events.consume(AccountsConsumer.name, from: [AccountsConsumer.source], rebuild: AccountsConsumer.rebuild) {
      event, db in
      if let erased = try event.body(AccountErased.self) { keys.forget(erased.accountId) }
      try AccountsConsumer.apply(event, in: db)
    }

    let position: @Sendable (String, String, SQLSession) throws -> EventPosition = { [events] consumer, source, db in
      try events.position(of: consumer, in: source, db) ?? EventPosition(epoch: "", seq: 0)
    }
    let keeper = ShelfKeeper(database: database, settings: settings, clock: context.clock) { db in
      try position(CatalogConsumer.name, CatalogConsumer.source, db)
    }
    try keeper.refresh()
    context.metrics.observe("recommendations_titles", help: "Titles that pages are cut from.") {
      Double(keeper.current.newest.count)
    }

    let models = ModelKeeper(
      database: database, folder: try ModelFolder(path: "\(context.dataFolder)/models"), settings: learning,
      logger: context.logger, metrics: context.metrics, shelf: { keeper.current })
    if learning.isLearning { try await models.load() }
    let trainer = ModelTrainer(
      database: database, keeper: models, settings: learning, clock: context.clock, logger: context.logger,
      metrics: context.metrics)

    var parts = ServiceParts()
    let pages = PageKeeper(limit: settings.pagesKept)
    let running = RunningExperiment(try database.read(ExperimentStore.running))
    let make = MakePage(
      database: database, keeper: keeper, pages: pages, running: running,
      rankers: Rankers(best: ModelRanker(keeper: models)),
      settings: settings, historyRead: learning.historyRead, clock: context.clock
    ) { db in try position(PlaybackConsumer.name, PlaybackConsumer.source, db) }
    RowRoutes(database: database, keeper: keeper, models: models, make: make, settings: settings).add(to: &parts.routes)
    AudienceRoutes(
      database: database, keeper: keeper, pages: pages, make: make, settings: settings,
      counts: ImpressionCounts(context.metrics), clock: context.clock
    ).add(to: &parts.routes)
    ExperimentRoutes(
      database: database, running: running, idempotency: IdempotencyStore(clock: context.clock), settings: settings,
      clock: context.clock
    ).add(to: &parts.routes)
    context.metrics.observe("recommendations_pages_kept", help: "Pages remembered while one scrolls.") {
      Double(pages.count)
    }
    parts.remarks = [{ models.remark }]
    ModelRoutes(database: database, keeper: models, trainer: trainer, settings: learning).add(to: &parts.routes)
    OnboardingRoutes(database: database, keeper: keeper, settings: learning, clock: context.clock)
      .add(to: &parts.routes)
    events.addRoutes(to: &parts.routes)
    let refresher = ShelfRefresher(
      database: database, keeper: keeper, settings: settings, clock: context.clock, logger: context.logger)
    parts.background = events.background + [refresher] + (learning.isLearning ? [trainer] : [])
    parts.onClose = [{ database.close() }]
    parts.keepAuditLog(context)
    return parts
  }
}
