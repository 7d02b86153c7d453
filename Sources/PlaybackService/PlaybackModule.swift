import AuditKit
import Contract
import EventKit
import PlaybackAPI
package import ServerKit
import StorageKit

/// Builds playback: its store, its routes, what it hears and tells.
package enum PlaybackModule: ServiceModule {
  package static let name = "playback"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try PlaybackSettings(context.settings)
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/playback.db", migrations: PlaybackSchema.all, clock: context.clock,
      logger: context.logger, metrics: context.metrics)
    var events = try ServiceEvents(
      context, database: database,
      publishes: [
        PlaybackStarted.self, PlaybackProgressed.self, PlaybackEnded.self, ListChanged.self, RatingChanged.self,
        ViewingHidden.self,
      ])
    let prepareKey: PrepareEventKey = { [keys = events.keys] in await keys.prepare($0) }
    let playback = PlaybackParts(
      settings: settings, database: database, outbox: events.outbox, keys: context.keys, clock: context.clock,
      logger: context.logger, prepareKey: prepareKey, forgetKey: { [keys = events.keys] in keys.forget($0) })
    try playback.grantLeasesAnew()

    let accounts = playback.accounts
    let clock = context.clock
    events.consume(AccountsConsumer.name, from: [AccountsConsumer.source], rebuild: accounts.rebuild) { event, db in
      try accounts.apply(event, in: db)
    }
    events.consume(CatalogConsumer.name, from: [CatalogConsumer.source], rebuild: CatalogConsumer.rebuild) {
      event, db in
      try CatalogConsumer.apply(event, at: clock.now(), in: db)
    }
    events.snapshot { db, line in try PlaybackSnapshot.write(at: clock.now(), in: db, line: line) }

    var parts = ServiceParts()
    let counts = PlaybackCounts(context.metrics, leases: playback.leases)
    SessionRoutes(
      starting: playback.starting, heartbeats: playback.heartbeats, stopping: playback.stopping, counts: counts
    ).add(to: &parts.routes)
    let contentKeys = ContentKeys(
      database: database, sealingKey: try ContentKeys.sealingKey(dataFolder: context.dataFolder), clock: clock)
    ContentKeyRoutes(
      contentKeys: contentKeys,
      giving: GiveContentKey(contentKeys: contentKeys, database: database, keys: context.keys, clock: clock),
      counts: counts
    ).add(to: &parts.routes)
    HistoryRoutes(settings: settings, database: database, clock: clock).add(to: &parts.routes)
    ListRoutes(
      settings: settings, database: database, outbox: events.outbox, prepareKey: prepareKey, clock: clock
    ).add(to: &parts.routes)
    events.addRoutes(to: &parts.routes)
    parts.background = events.background + [playback.sweep]
    parts.onClose = [{ database.close() }]
    parts.keepAuditLog(context)
    return parts
  }
}
