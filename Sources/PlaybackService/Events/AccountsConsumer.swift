import AccountsAPI
package import Contract
package import EventKit
import PlaybackAPI
package import StorageKit

/// What accounts tells us: plans set how many streams there may be and how sharp; what is deleted or signed out stops
/// playing.
/// Hearing any of it twice changes nothing.
package struct AccountsConsumer: Sendable {
  package static let name = "playback-accounts"
  package static let source = "/accounts"

  let ending: EndPlaybackSession
  let answers: IdempotencyStore
  let leases: StreamLeases
  let forgetKey: @Sendable (AccountID) -> Void
  let clock: WallClock

  /// Open sessions of one account are bounded by its plan; this bounds the work all the same.
  private static let sessionLimit = 1000

  package init(
    ending: EndPlaybackSession, answers: IdempotencyStore, leases: StreamLeases,
    forgetKey: @escaping @Sendable (AccountID) -> Void, clock: WallClock
  ) {
    self.forgetKey = forgetKey
    self.ending = ending
    self.answers = answers
    self.leases = leases
    self.clock = clock
  }

  package func apply(_ event: Event, in db: SQLSession) throws {
    if let created = try event.body(AccountCreated.self) {
      try put(created.plan, created.entitlements, of: created.accountId, in: db)
    } else if let changed = try event.body(PlanChanged.self) {
      try put(changed.plan, changed.entitlements, of: changed.accountId, in: db)
    } else if let deleted = try event.body(ProfileDeleted.self) {
      try erase(deleted.profileId, of: deleted.accountId, in: db)
    } else if let locked = try event.body(ProfileLocked.self) {
      let playing = try SessionStore.open(
        of: locked.accountId, profile: locked.profileId, besides: locked.loginSessionId, limit: Self.sessionLimit,
        in: db)
      try end(playing, because: .profileLocked, in: db)
    } else if let ended = try event.body(LoginSessionEnded.self) {
      try end(ended, in: db)
    } else if let erased = try event.body(AccountErased.self) {
      try erase(erased, in: db)
    }
  }

  /// Only plans are a projection; an erasure stays one.
  package var rebuild: ConsumerRebuild {
    ConsumerRebuild(
      reset: { db in try TitleStore.forgetPlans(in: db) },
      restore: { _, line, db in
        let known = try JSON.decode(AccountsSnapshotLine.self, from: line)
        if let account = known.account {
          try put(account.plan, account.entitlements, of: account.accountId, in: db)
        }
        if let ended = known.endedLoginSession { try end(ended, in: db) }
        if let erased = known.erasedAccount { try erase(erased, in: db) }
      })
  }

  /// What plays beyond what the plan gives ends here and now. Silent players do not count among those that play.
  private func put(
    _ plan: Plan, _ entitlements: Entitlements?, of account: AccountID, in db: SQLSession
  ) throws {
    let allowance = entitlements.map { PlaybackAllowance($0) }
    try TitleStore.put(plan, allowance, of: account, in: db)
    guard let allowance else { return }
    let open = try SessionStore.open(of: account, limit: Self.sessionLimit, in: db)
    let beyond = allowance.beyond(open.filter { !leases.hasExpired($0.id) })
    try end(beyond.map(\.id), because: .planChanged, in: db)
  }

  private func erase(_ erased: AccountErased, in db: SQLSession) throws {
    // First, so that what ends is told without the title.
    forgetKey(erased.accountId)
    for profile in erased.profileIds { try erase(profile, of: erased.accountId, in: db) }
    try TitleStore.forgetPlan(of: erased.accountId, in: db)
    db.truncateLogAfterCommit()
  }

  private func erase(_ profile: ProfileID, of account: AccountID, in db: SQLSession) throws {
    try end(
      SessionStore.open(of: account, profile: profile, limit: Self.sessionLimit, in: db), because: .profileDeleted,
      in: db)
    try SessionStore.forgetProfile(profile, in: db)
    try ViewingStore.erase(profile, in: db)
    try ListStore.erase(profile, in: db)
    try RatingStore.erase(profile, in: db)
    try answers.forget(scope: StartPlaybackSession.scope(of: profile), in: db)
    db.truncateLogAfterCommit()
  }

  private func end(_ login: LoginSessionEnded, in db: SQLSession) throws {
    let sessions = try SessionStore.open(
      of: login.accountId, loginSession: login.loginSessionId, limit: Self.sessionLimit, in: db)
    try end(sessions, because: .signedOut, in: db)
  }

  private func end(_ sessions: [PlaybackSessionID], because reason: PlaybackEnded.Reason, in db: SQLSession) throws {
    let now = clock.now()
    for session in sessions { try ending.end(session, because: reason, at: now, in: db) }
  }
}
