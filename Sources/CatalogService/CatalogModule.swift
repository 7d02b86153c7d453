import AuditKit
import CatalogAPI
import Contract
import EventKit
package import ServerKit
import StorageKit

/// Builds catalog from its settings: the stores, the routes, and what it hears and tells.
package enum CatalogModule: ServiceModule {
  package static let name = "catalog"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try CatalogSettings(context.settings)
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/catalog.db", migrations: CatalogSchema.migrations, logger: context.logger,
      metrics: context.metrics)
    var events = try ServiceEvents(context, database: database, publishes: [TitleChanged.self])
    let titles = TitleStore(outbox: events.outbox)
    let encoding = EncodingConsumer(titles: titles)
    events.consume(EncodingConsumer.name, from: EncodingConsumer.sources, encoding.apply)
    events.snapshot { db, line in
      try titles.forEachTitle(in: db) { title in try line(JSON.encode(TitleChanged(title: title))) }
    }

    var parts = ServiceParts()
    let idempotency = IdempotencyStore(keptHours: Double(settings.idempotencyKeptHours), clock: context.clock)
    let titleRoutes = TitleRoutes(
      database: database, titles: titles, idempotency: idempotency, settings: settings, clock: context.clock)
    titleRoutes.add(to: &parts.routes)
    SearchRoutes(database: database, settings: settings, clock: context.clock, metrics: context.metrics)
      .add(to: &parts.routes)
    events.addRoutes(to: &parts.routes)
    parts.background = events.background
    parts.onClose = [{ database.close() }]
    parts.keepAuditLog(context)
    return parts
  }
}
