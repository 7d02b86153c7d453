import AccountsAPI
import Contract
import ServerKit

/// Which profile uses the log-in session that asks.
struct BindingRoutes: Sendable {
  let bindings: SessionBindings
  let mint: TokenMint
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.answer(ProfileBindingEndpoints.bindProfile) { call in
      let caller = try ProfileLocks.Caller(call.request)
      let bound = try await bindings.bind(call.body, by: caller)
      let token = mint.accessToken(
        for: bound.holder, session: caller.session, binding: bound.binding, now: clock.now())
      return try .uncached(
        BoundProfile(
          profile: bound.profile, accessToken: token, expiresInSeconds: mint.accessTokenSeconds),
        status: ProfileBindingEndpoints.bindProfile.status)
    }
  }
}
