import EventKit
package import ServerKit
import ServiceLifecycle
import TelemetryKit

/// Builds delivery: its routes, and the set of ended sessions it is fed.
package enum DeliveryModule: ServiceModule {
  package static let name = "delivery"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try DeliverySettings(context.settings)
    let store = MediaStore(home: context.home)
    let ended = EndedSessions(limit: settings.endedSessionsLimit)
    let feed = try EndedSessionsFeed.make(context, into: ended)
    context.metrics.observe(
      "delivery_ended_sessions", help: "Sessions that ended before their media tokens expire."
    ) { Double(ended.count) }

    var parts = ServiceParts()
    MediaRoutes(settings: settings, store: store, ended: ended, keys: context.keys, clock: context.clock)
      .add(to: &parts.routes)
    ArtworkRoutes(settings: settings, store: store).add(to: &parts.routes)
    parts.background = [feed]
    // Without knowing which sessions have ended, addresses would work that must not.
    parts.readiness = [ReadinessCheck("ended sessions") { feed.isCaughtUp }]
    return parts
  }
}
