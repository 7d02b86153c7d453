import AccountsAPI
import Contract
import EventKit
import ServerKit
import StorageKit

/// Proving, changing and recovering what one logs in with.
struct CredentialRoutes: Sendable {
  let database: ServiceDatabase
  let confirm: ConfirmAddress
  let reset: ResetPassword
  let changePassword: ChangePassword
  let changeAccount: ChangeAccount
  let outgoing: OutgoingMail
  let clock: WallClock

  init(
    database: ServiceDatabase, outbox: Outbox, sessions: LoginSessions, outgoing: OutgoingMail,
    hashing: PasswordHashing, limits: GuessLimits, clock: WallClock
  ) {
    let password = ConfirmPassword(database: database, hashing: hashing, limits: limits)
    let claims = AddressClaims(database: database, sessions: sessions)
    confirm = ConfirmAddress(database: database, claims: claims, outgoing: outgoing, clock: clock)
    reset = ResetPassword(
      database: database, sessions: sessions, claims: claims, outgoing: outgoing, hashing: hashing,
      limit: AttemptLimit(outgoing.settings.resets, clock: clock), clock: clock)
    changePassword = ChangePassword(
      database: database, sessions: sessions, outgoing: outgoing, hashing: hashing, confirm: password, clock: clock)
    changeAccount = ChangeAccount(
      database: database, outbox: outbox, outgoing: outgoing, confirm: password, clock: clock)
    self.database = database
    self.outgoing = outgoing
    self.clock = clock
  }

  func add(to routes: inout Routes) {
    routes.on(CredentialEndpoints.requestVerification) { try await requestVerification($0) }
    routes.on(CredentialEndpoints.confirmAddress) { call in
      guard let token = LinkToken(call.body.token) else { throw AccountsError.linkInvalid }
      return try await confirm(token, trace: call.request.context.trace)
    }
    routes.on(CredentialEndpoints.requestPasswordReset) { try await requestReset($0) }
    routes.on(CredentialEndpoints.resetPassword) { try await resetPassword($0) }
    routes.on(CredentialEndpoints.changePassword) { call in
      let context = call.request.context
      try await changePassword(
        call.body, of: call.request.account(), current: call.request.principal.loginSession,
        deadline: context.deadline, trace: context.trace)
      return Empty()
    }
    routes.on(CredentialEndpoints.updateAccount) { call in
      let context = call.request.context
      return try await changeAccount(
        AccountChangeDraft(call.body), of: call.request.account(), deadline: context.deadline, trace: context.trace)
    }
  }

  /// Does nothing for an address that is verified.
  private func requestVerification(_ call: Call<Empty, Empty>) async throws -> Empty {
    let id = try call.request.account()
    guard let account = try database.read({ try AccountStore.addressed(id, in: $0) }) else {
      throw AccountsError.signedOut
    }
    guard !account.isVerified else { return Empty() }
    try outgoing.cause(to: account.address)
    let now = clock.now()
    try await database.write { db in
      try outgoing.queue(.verification, to: account.address.text, of: id, now: now, in: db)
    }
    return Empty()
  }

  private func requestReset(_ call: Call<Empty, PasswordResetRequest>) async throws -> Empty {
    let address: EmailAddress
    do {
      address = try EmailAddress(call.body.email)
    } catch {
      throw Problem.invalid(field: "email", error.message)
    }
    try await reset.request(address, from: call.request.context.clientAddress)
    return Empty()
  }

  private func resetPassword(_ call: Call<Empty, PasswordReset>) async throws -> Empty {
    guard let token = LinkToken(call.body.token) else { throw AccountsError.linkInvalid }
    let context = call.request.context
    try await reset.use(
      token, newPassword: call.body.newPassword, deadline: context.deadline, trace: context.trace)
    return Empty()
  }
}
