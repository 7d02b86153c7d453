import AccountsAPI
import CatalogAPI
import Contract
import EventKit
import ServerKit
import ServiceLifecycle

/// What feeds the gateway's views: catalog's events make the catalogue, accounts' and playback's outdate what is kept.
struct GatewayFeeds: Sendable {
  let catalogue: CatalogueView
  let profiles: ProfileDirectory
  let lock: ProfileLock
  let parts: ProfileParts
  let authenticator: ViewerAuthenticator

  func services(_ context: ServiceContext) throws -> [any Service] {
    [
      try ViewFeed(
        context, name: "gateway-catalogue", source: "/catalog",
        reset: { snapshot in
          let titles = try snapshot.lines.map { try JSON.decode(TitleChanged.self, from: $0).title }
          try catalogue.replaceAll(titles, at: snapshot.position)
        },
        apply: { event in
          if let changed = try event.body(TitleChanged.self) {
            try catalogue.apply([changed.title], at: event.header.position)
          }
        }),
      try ViewFeed(
        context, name: "gateway-profiles", source: "/accounts",
        reset: { snapshot in
          profiles.forgetAll()
          lock.forgetAll()
          for line in snapshot.lines {
            let said = try JSON.decode(AccountsSnapshotLine.self, from: line)
            if let ended = said.endedLoginSession { authenticator.end(ended.loginSessionId) }
            if let bound = said.boundLoginSession { authenticator.bind(bound) }
            if let erased = said.erasedAccount { authenticator.end(erased.accountId) }
          }
        },
        apply: { event in
          try profiles.apply(event)
          if let ended = try event.body(LoginSessionEnded.self) { authenticator.end(ended.loginSessionId) }
          if let bound = try event.body(LoginSessionBound.self) { authenticator.bind(bound) }
          if let erased = try event.body(AccountErased.self) { authenticator.end(erased.accountId) }
        }),
      try ViewFeed(
        context, name: "gateway-viewing", source: "/playback",
        reset: { _ in parts.forgetAll() },
        apply: { event in parts.apply(event) }),
    ]
  }
}
