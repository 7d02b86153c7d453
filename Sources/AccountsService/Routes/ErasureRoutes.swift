import AccountsAPI
import Contract
import ServerKit
import StorageKit

/// Taking away and erasing all of an account.
struct ErasureRoutes: Sendable {
  let database: ServiceDatabase
  let erase: AccountErasure
  let loginSessionsMaximum: Int
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.on(ErasureEndpoints.erase) { call in
      let context = call.request.context
      try await erase(
        call.request.account(), password: call.body.password, deadline: context.deadline, trace: context.trace)
      return Empty()
    }
    routes.on(ErasureEndpoints.export) { try export(of: $0.parameters.account) }
  }

  private func export(of id: AccountID) throws -> AccountExport {
    try database.read { db in
      guard let account = try AccountStore.account(id, in: db) else { throw AccountsError.signedOut }
      return AccountExport(
        account: account, profiles: try ProfileStore.profiles(of: id, in: db),
        loginSessions: try LoginSessionStore.sessions(
          of: id, current: nil, now: clock.now(), limit: loginSessionsMaximum, in: db))
    }
  }
}
