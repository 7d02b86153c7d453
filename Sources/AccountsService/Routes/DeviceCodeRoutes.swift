import AccountsAPI
import Contract
import ServerKit

/// Signing in by a code that is shown on the device and approved on another.
struct DeviceCodeRoutes: Sendable {
  let signIn: DeviceSignIn
  let mint: TokenMint
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.answer(DeviceCodeEndpoints.ask) { try await ask($0) }
    routes.answer(DeviceCodeEndpoints.exchange) { try await exchange($0) }
    routes.on(DeviceCodeEndpoints.waiting) { call in
      try await signIn.waiting(call.parameters.userCode, for: call.request.account(), call.request.context)
    }
    routes.on(DeviceCodeEndpoints.decide) { call in
      try await signIn.decide(
        call.parameters.userCode, call.body.decision, by: call.request.account(), call.request.context)
      return Empty()
    }
  }

  private func ask(_ call: Call<Empty, DeviceCodeRequest>) async throws -> Answer {
    var errors = FieldErrors()
    let name = errors.check("device.name") { () throws(UnacceptableValue) in
      try Wording.name(call.body.device.name, maximum: LogInDraft.deviceNameMaximum)
    }
    guard let name else { throw errors.problem ?? .internalError }
    let device = Device(name: name, kind: call.body.device.kind)
    return try .uncached(try await signIn.ask(device, call.request.context), status: DeviceCodeEndpoints.ask.status)
  }

  private func exchange(_ call: Call<Empty, DeviceTokenRequest>) async throws -> Answer {
    let opened = try await signIn.exchange(call.body.deviceCode, call.request.context)
    let tokens = mint.tokens(for: TokenHolder(opened.account), refresh: opened.refresh, now: clock.now())
    return try .uncached(
      LoggedIn(
        id: opened.refresh.session, account: opened.account, profiles: opened.profiles,
        accessToken: tokens.accessToken, expiresInSeconds: tokens.expiresInSeconds, refreshToken: tokens.refreshToken),
      status: DeviceCodeEndpoints.exchange.status)
  }
}
