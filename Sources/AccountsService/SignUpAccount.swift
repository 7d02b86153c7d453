import AccountsAPI
import Contract
import EventKit
import SecurityKit
import StorageKit

/// Opens an account, and a first log-in session of it.
///
/// An address that is known makes no difference, neither in the answer nor in the work: many accounts may claim one,
/// until one of them proves it by a link. So signing up tells nobody who has an account.
struct SignUpAccount: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let sessions: LoginSessions
  let hashing: PasswordHashing
  let idempotency: IdempotencyStore
  let plans: PlanCatalogue
  let outgoing: OutgoingMail
  let fingerprintKey: HMACKey
  /// Of sign-ups from one address.
  let limit: AttemptLimit
  let clock: WallClock

  /// A sign-up has no device to name yet.
  private static let device = Device(name: "Sign-up", kind: .web)

  /// Sent again under its key it answers the same account with new tokens: those of the first answer are kept nowhere.
  /// Throws ``AccountsError/tooManyAttempts(_:)``.
  func callAsFunction(
    _ draft: SignUpDraft, _ context: CallContext
  ) async throws -> (account: Account, refresh: RefreshToken) {
    try limit.spend(GuessLimits.site(context.clientAddress))
    let hash = try await hashing.hash(draft.password, for: draft.email, before: context.deadline)
    let fingerprint = fingerprintKey.authenticationCode(of: draft.fingerprint)
    let now = clock.now()
    let mayMail = outgoing.mayBeCaused(to: draft.email)
    return try await database.write { db in
      let result = try idempotency.perform(
        key: context.idempotencyKey, scope: "accounts.signUp", request: fingerprint, in: db
      ) { db in
        let account = try create(draft, role: .viewer, hash: hash, now: now, trace: context.trace, in: db)
        if mayMail {
          try outgoing.queue(.verification, to: account.email, of: account.id, now: now, in: db)
        }
        return .init(status: 201, body: Array(account.id.description.utf8))
      }
      guard let id = AccountID(String(decoding: result.body, as: UTF8.self)),
        let account = try AccountStore.account(id, in: db)
      else { throw AccountsError.signedOut }
      let refresh = try sessions.open(
        account.id, device: Self.device, from: context.clientAddress, now: now, trace: context.trace, in: db)
      return (account, refresh)
    }
  }

  /// The row and its event, within a write.
  func create(
    _ draft: SignUpDraft, role: AccountRole, hash: PasswordHash, now: Timestamp, trace: TraceContext?,
    in db: SQLSession
  ) throws -> Account {
    let account = Account(
      id: AccountID(at: now), email: draft.email.text, displayName: draft.displayName, country: draft.country,
      plan: draft.plan, role: role, createdAt: now, emailVerified: role == .operator)
    try AccountStore.insert(account, emailKey: draft.email.key, hash: hash, in: db)
    let entitlements = plans.entitlements(of: account.plan)
    try EntitlementStore.markTold(entitlements, to: account.id, in: db)
    try outbox.append(
      AccountCreated(
        accountId: account.id, plan: account.plan, country: account.country, entitlements: entitlements),
      of: account.id, subject: account.id.description, in: db, trace: trace)
    return account
  }
}
