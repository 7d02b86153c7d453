import AccountsAPI
import Contract
import ServerKit
import StorageKit

/// The devices that are signed in. Every session is looked up under the caller's account: another's is not found.
struct LoginSessionRoutes: Sendable {
  let database: ServiceDatabase
  let sessions: LoginSessions
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.on(AccountsEndpoints.loginSessions) { try list($0) }
    routes.on(AccountsEndpoints.logOut) { try await logOut($0) }
    routes.on(AccountsEndpoints.logOutOthers) { try await logOutOthers($0) }
  }

  private func list(_ call: Call<Empty, Empty>) throws -> Page<LoginSession> {
    let account = try call.request.account()
    let items = try database.read { db in
      try LoginSessionStore.sessions(
        of: account, current: call.request.principal.loginSession, now: clock.now(),
        limit: sessions.settings.loginSessionsMaximum, in: db)
    }
    return Page(items: items, next: nil)
  }

  private func logOut(_ call: Call<LoginSessionPath, Empty>) async throws -> Empty {
    let account = try call.request.account()
    let now = clock.now()
    try await database.write { db in
      guard let session = try LoginSessionStore.session(call.parameters.session, in: db), session.account == account
      else { throw AccountsError.loginSessionNotFound }
      try sessions.end(session.id, of: account, .signedOut, now: now, trace: call.request.context.trace, in: db)
    }
    return Empty()
  }

  private func logOutOthers(_ call: Call<Empty, Empty>) async throws -> Empty {
    let account = try call.request.account()
    guard let current = call.request.principal.loginSession else { throw AccountsError.signedOut }
    let now = clock.now()
    try await database.write { db in
      try sessions.endAll(of: account, besides: current, now: now, trace: call.request.context.trace, in: db)
    }
    return Empty()
  }
}
