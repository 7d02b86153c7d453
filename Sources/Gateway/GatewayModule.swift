import AccountsAPI
import CatalogAPI
import ClientKit
import Contract
import EventKit
package import ServerKit

/// The only public door: authenticates, composes pages from several services, forwards the rest, and keeps
/// answering when one of them is down. It owns nothing durable: its views are fed by events.
package enum GatewayModule: ServiceModule {
  package static let name = "gateway"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try GatewaySettings(context.settings)
    let neighbours = Neighbours(context, settings)
    let accounts = try neighbours.upstream("accounts")
    let catalog = try neighbours.upstream("catalog")
    let playback = try neighbours.upstream("playback")
    let recommendations = try neighbours.upstream("recommendations")

    let catalogue = CatalogueView()
    let profileParts = ProfileParts(
      settings: settings, catalogue: catalogue, recommendations: recommendations, playback: playback,
      clock: context.clock)
    let profiles = ProfileDirectory(limit: settings.cachedProfiles) { profile, callContext in
      try await accounts.call(AccountsEndpoints.profileOwner, ProfilePath(profile: profile), in: callContext)
    }
    let keyRing = KeyRing(accounts: accounts)
    let lock = ProfileLock(limit: settings.cachedProfiles) { path, callContext in
      try await accounts.call(ProfileLockEndpoints.lockState, path, in: callContext)
    }
    let authenticator = ViewerAuthenticator(
      settings: settings, keyRing: keyRing, profiles: profiles, lock: lock, clock: context.clock)

    var parts = ServiceParts()
    parts.authenticator = authenticator
    PageRoutes(
      home: HomePage(catalogue: catalogue, parts: profileParts, settings: settings, clock: context.clock),
      row: RowPage(
        catalogue: catalogue, parts: profileParts, settings: settings, recommendations: recommendations,
        clock: context.clock),
      title: TitlePage(
        catalogue: catalogue, parts: profileParts, settings: settings, recommendations: recommendations,
        clock: context.clock),
      search: SearchPage(
        catalogue: catalogue, parts: profileParts, settings: settings, catalog: catalog, clock: context.clock),
      taste: TastePage(catalogue: catalogue, recommendations: recommendations, clock: context.clock),
      export: AccountDocument(
        accounts: accounts, playback: playback, recommendations: recommendations, clock: context.clock)
    ).addRoutes(to: &parts.routes)
    try Forwarding(neighbours: neighbours, settings: settings, parts: profileParts, profiles: profiles)
      .addRoutes(to: &parts.routes)
    try TopologyRoutes(context, neighbours).addRoutes(to: &parts.routes)
    try WebRoutes().addRoutes(to: &parts.routes)

    let feeds = GatewayFeeds(
      catalogue: catalogue, profiles: profiles, lock: lock, parts: profileParts, authenticator: authenticator)
    parts.background = try feeds.services(context) + [KeyRefresh(keyRing: keyRing)]
    return parts
  }
}
