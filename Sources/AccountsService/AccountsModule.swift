import AccountsAPI
import AuditKit
import Contract
import EventKit
import SecurityKit
package import ServerKit
import StorageKit
import TelemetryKit

/// Accounts: who may sign in, with which tokens, and which profiles they have.
package struct AccountsModule: ServiceModule {
  package static let name = "accounts"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try AccountsSettings(context.settings)
    try LeakedPasswords.load()
    let plans = try PlanCatalogue.load(settings.plansFile)
    let keys = try AccountsKeys(dataFolder: context.dataFolder)
    let database = try ServiceDatabase(
      path: "\(context.dataFolder)/accounts.db", migrations: AccountsSchema.migrations, logger: context.logger,
      metrics: context.metrics)
    var events = try ServiceEvents(
      context, database: database,
      publishes: [
        AccountCreated.self, AccountChanged.self, PlanChanged.self, ProfileChanged.self, ProfileDeleted.self,
        LoginSessionEnded.self, LoginSessionBound.self, ProfileLocked.self, AccountErased.self,
      ], keyring: StoredEventKeys())
    let tokensLiveSeconds = Double(settings.accessTokenSeconds) + AccessToken.skewSeconds
    events.snapshot { [clock = context.clock] db, line in
      try AccountsSnapshot.write(plans, endedAfter: clock.now().adding(seconds: -tokensLiveSeconds), from: db, line)
    }
    let idempotency = IdempotencyStore(clock: context.clock)
    let hashing = PasswordHashing(settings: settings, saltKey: keys.saltKey, metrics: context.metrics)

    let mail = try AccountsMail(context, database: database, linkKey: keys.linkKey)
    let limits = GuessLimits(settings, clock: context.clock)
    let signingKeys = try await SigningKeys(
      folder: keys.folder, database: database, announceSeconds: settings.keyAnnounceSeconds, clock: context.clock)
    let mint = TokenMint(
      signingKeys: signingKeys, refreshKey: keys.refreshKey, accessTokenSeconds: settings.accessTokenSeconds)
    let sessions = LoginSessions(outbox: events.outbox, refreshKey: keys.refreshKey, settings: settings)
    let signUp = SignUpAccount(
      database: database, outbox: events.outbox, sessions: sessions, hashing: hashing, idempotency: idempotency,
      plans: plans, outgoing: mail.outgoing, fingerprintKey: keys.fingerprintKey,
      limit: AttemptLimit(settings.signUps, clock: context.clock), clock: context.clock)
    let operators = OperatorAccount(
      signUp: signUp, claims: AddressClaims(database: database, sessions: sessions), logger: context.logger)
    if !settings.operatorFile.isEmpty { try await operators.ensure(from: settings.operatorFile) }

    var parts = ServiceParts()
    loginRoutes(context, mint, signUp, limits).add(to: &parts.routes)
    DeviceCodeRoutes(
      signIn: DeviceSignIn(
        database: database, sessions: sessions, outgoing: mail.outgoing, clock: context.clock),
      mint: mint, clock: context.clock
    ).add(to: &parts.routes)
    parts.routes.on(SigningKeyEndpoints.rotate) { _ in try await signingKeys.rotate() }
    CredentialRoutes(
      database: database, outbox: events.outbox, sessions: sessions, outgoing: mail.outgoing, hashing: hashing,
      limits: limits, clock: context.clock
    ).add(to: &parts.routes)
    parts.routes.on(AccountsEndpoints.createOperator) { call in
      let context = call.request.context
      return try await operators.create(call.body, before: context.deadline, trace: context.trace)
    }
    LoginSessionRoutes(database: database, sessions: sessions, clock: context.clock).add(to: &parts.routes)
    PlanRoutes(database: database, outbox: events.outbox, plans: plans).add(to: &parts.routes)
    let confirm = ConfirmPassword(database: database, hashing: hashing, limits: limits)
    let locks = ProfileLocks(
      database: database, outbox: events.outbox, hashing: hashing, confirm: confirm, clock: context.clock)
    ProfileLockRoutes(database: database, locks: locks).add(to: &parts.routes)
    let bindings = SessionBindings(
      database: database, outbox: events.outbox, sessions: sessions, locks: locks, clock: context.clock)
    BindingRoutes(
      bindings: bindings, mint: mint, clock: context.clock
    ).add(to: &parts.routes)
    ProfileRoutes(
      database: database, outbox: events.outbox, idempotency: idempotency, plans: plans, bindings: bindings,
      clock: context.clock
    ).add(to: &parts.routes)
    let erasure = AccountErasure(
      database: database, outbox: events.outbox, confirm: confirm, idempotency: idempotency, mailbox: mail.folder,
      clock: context.clock)
    try erasure.finish()
    ErasureRoutes(
      database: database, erase: erasure, loginSessionsMaximum: settings.loginSessionsMaximum, clock: context.clock
    ).add(to: &parts.routes)
    EventKeyRoutes(database: database).add(to: &parts.routes)
    events.addRoutes(to: &parts.routes)
    parts.background =
      events.background + [
        AccountsUpkeep(
          database: database, idempotency: idempotency, signingKeys: signingKeys, clock: context.clock,
          logger: context.logger),
        mail.sender,
        TellEntitlements(database: database, outbox: events.outbox, plans: plans, logger: context.logger),
      ]
    parts.onClose = [{ database.close() }, { hashing.stop() }]
    parts.keepAuditLog(context)
    return parts
  }

  private static func loginRoutes(
    _ context: ServiceContext, _ mint: TokenMint, _ signUp: SignUpAccount, _ limits: GuessLimits
  ) -> LoginRoutes {
    LoginRoutes(
      database: signUp.database, signUp: signUp,
      logIn: LogInAccount(
        database: signUp.database, sessions: signUp.sessions, hashing: signUp.hashing, limits: limits,
        notice: NewDeviceNotice(outgoing: signUp.outgoing), clock: context.clock),
      sessions: signUp.sessions, mint: mint, clock: context.clock, logger: context.logger,
      logIns: context.metrics.counter(
        "accounts_log_ins_total", help: "Log-ins tried, by outcome.", labels: ["outcome"]),
      refreshes: context.metrics.counter(
        "accounts_refreshes_total", help: "Refresh tokens presented, by outcome.", labels: ["outcome"]))
  }
}
