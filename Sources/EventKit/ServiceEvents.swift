package import Contract
import Logging
package import ServerKit
package import ServiceLifecycle
package import StorageKit

/// Writes all that a service's events have come to, one JSON line (without line breaks) per call of `line`.
package typealias SnapshotWriter = @Sendable (SQLSession, _ line: ([UInt8]) throws -> Void) throws -> Void

/// What a module gets when it takes part in events.
///
/// ```swift
/// var events = try ServiceEvents(context, database: database, publishes: [TitlePublished.self])
/// events.consume("titles-from-encoding", from: ["/encoding"]) { event, session in … }
/// events.addRoutes(to: &parts.routes)
/// parts.background += events.background
/// ```
package struct ServiceEvents: Sendable {
  package let outbox: Outbox
  /// The keys of what events tell of people, as accounts gives them.
  package let keys: EventKeys
  /// The types this service sends, for documentation and checks.
  package let published: [String]
  private let context: ServiceContext
  private let database: ServiceDatabase
  private let settings: EventSettings
  private let bus: HTTPEventBus
  private let relay: OutboxRelay
  private var consumers: [Consumer] = []
  private var snapshot: SnapshotWriter?

  /// The database has the tables of ``EventSchema``. Throws ``SettingsError``.
  ///
  /// - Parameter keyring: where accounts itself finds the keys; all others ask it.
  package init(
    _ context: ServiceContext, database: ServiceDatabase, publishes: [any EventBody.Type],
    keyring: (any EventKeyring)? = nil
  ) throws {
    self.context = context
    self.database = database
    settings = try EventSettings(context.settings)
    keys = EventKeys(accounts: try context.upstream("accounts"), caller: context.name)
    outbox = Outbox(source: "/\(context.name)", clock: context.clock, keys: keyring ?? keys)
    published = publishes.map { $0.type }
    bus = HTTPEventBus(try context.upstream("bus"), service: context.name)
    relay = OutboxRelay(
      outbox: outbox, database: database, bus: bus, settings: settings, clock: context.clock,
      logger: context.logger, metrics: context.metrics)
  }

  /// The relay, the pruning, and the consumers made so far.
  package var background: [any Service] {
    let pruning = OutboxPruning(
      outbox: outbox, relay: relay, database: database, settings: settings, clock: context.clock,
      logger: context.logger)
    return [relay, pruning] + consumers
  }

  /// The feed, the snapshot if there is one, and the rebuilding of consumers: call it after ``consume`` and
  /// ``snapshot(_:)``.
  package func addRoutes(to routes: inout Routes) {
    FeedRoutes(outbox: outbox, database: database, snapshot: snapshot, consumers: consumers).add(to: &routes)
  }

  /// Has `apply` called for every event of `sources` (`/catalog`), in the order of each source and once in effect,
  /// within the transaction that moves the cursor. Types it does not know it passes over. No network inside.
  ///
  /// What `apply` throws sets the event and the later ones of its subject aside, and is tried again.
  ///
  /// - Parameters:
  ///   - opens: whether `apply` reads what events tell of people: their keys are then asked of accounts beforehand, and
  ///     what cannot be read any more is passed over.
  ///   - rebuild: how the projection is dropped, for `matinee rebuild` and for a source that began anew.
  package mutating func consume(
    _ consumerName: String, from sources: [String], opens: Bool = false, rebuild: ConsumerRebuild? = nil,
    _ apply: @escaping @Sendable (Event, SQLSession) throws -> Void
  ) {
    consume(consumerName, from: sources, opens: opens, rebuild: rebuild, reading: { event in { try apply(event, $0) } })
  }

  /// The same for many events: `read` finds out what an event does while earlier ones are written, so that the
  /// transaction holds the effect alone. Nil does nothing.
  package mutating func consume(
    _ consumerName: String, from sources: [String], opens: Bool = false, rebuild: ConsumerRebuild? = nil,
    reading read: @escaping @Sendable (Event) throws -> EventEffect?
  ) {
    let context = context
    consumers.append(
      Consumer(
        ConsumerDefinition(
          name: consumerName, sources: sources, rebuild: rebuild, keys: opens ? keys : nil, read: read),
        service: context.name, database: database, bus: bus, letters: bus,
        feed: { source in
          SourceFeed(try context.upstream(String(source.dropFirst())), caller: context.name)
        },
        settings: settings, clock: context.clock, logger: context.logger, metrics: context.metrics))
  }

  /// Up to where a consumer has taken in a source, as the session sees it; nil before the first event. Read together
  /// with what the events led to, it says how recent that is.
  package func position(
    of consumerName: String, in source: String, _ session: SQLSession
  ) throws -> EventPosition? {
    try ConsumerStore(consumer: consumerName).cursor(source, in: session)?.position
  }

  /// Offers `GET /internal/snapshot`, for consumers and views that start after the retention.
  package mutating func snapshot(_ write: @escaping SnapshotWriter) {
    snapshot = write
  }
}
