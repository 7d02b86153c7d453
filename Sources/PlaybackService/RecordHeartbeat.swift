package import Contract
package import EventKit
package import PlaybackAPI
package import StorageKit

/// What a player is told after a heartbeat.
package enum HeartbeatOutcome: Sendable, Equatable {
  case goOn(leaseExpiresAt: Timestamp)
  case stop(PlaybackEnded.Reason, at: Timestamp)
}

/// Where the player is: the hottest write of the service. One read and two updates by key; an event now and then.
package struct RecordHeartbeat: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let leases: StreamLeases
  let ending: EndPlaybackSession
  let prepareKey: PrepareEventKey
  let clock: WallClock
  let watchRule: WatchRule
  let newsRule: ProgressNewsRule
  let positionToleranceSeconds: Double
  let leaseSeconds: Double

  /// The longest `cmcd` that is read, in bytes.
  package static let cmcdLimitBytes = 2048

  package init(
    settings: PlaybackSettings, database: ServiceDatabase, outbox: Outbox, leases: StreamLeases,
    ending: EndPlaybackSession, prepareKey: @escaping PrepareEventKey, clock: WallClock
  ) {
    self.database = database
    self.outbox = outbox
    self.leases = leases
    self.ending = ending
    self.prepareKey = prepareKey
    self.clock = clock
    watchRule = WatchRule(fastestRate: settings.fastestRate, longestGapSeconds: Double(settings.leaseSeconds))
    newsRule = ProgressNewsRule(playingSeconds: Double(settings.progressEventSeconds))
    positionToleranceSeconds = settings.positionToleranceSeconds
    leaseSeconds = Double(settings.leaseSeconds)
  }

  /// Returns once the position is on disk. Where a profile is named, another's session is not there. Throws
  /// ``PlaybackError``.
  package func record(
    _ heartbeat: Heartbeat, of session: PlaybackSessionID, account: AccountID, profile: ProfileID? = nil,
    trace: TraceContext?
  ) async throws -> HeartbeatOutcome {
    guard heartbeat.positionSeconds.isFinite, heartbeat.positionSeconds >= 0 else {
      throw PlaybackError.fieldOutOfBounds(field: "positionSeconds", message: "must be a number from 0")
    }
    if let cmcd = heartbeat.cmcd, cmcd.utf8.count > Self.cmcdLimitBytes {
      throw PlaybackError.fieldOutOfBounds(field: "cmcd", message: "must be at most \(Self.cmcdLimitBytes) bytes")
    }
    await prepareKey(account)
    let outcome = try await database.write { db in
      try advance(session, of: account, profile, to: heartbeat, trace: trace, in: db)
    }
    if case .stop = outcome { leases.drop(session) }
    return outcome
  }

  private func advance(
    _ id: PlaybackSessionID, of account: AccountID, _ profile: ProfileID?, to heartbeat: Heartbeat,
    trace: TraceContext?, in db: SQLSession
  ) throws -> HeartbeatOutcome {
    let now = clock.now()
    guard let session = try SessionStore.running(id, of: account, profile: profile, in: db) else {
      throw PlaybackError.sessionNotFound
    }
    if let reason = session.endReason { return .stop(reason, at: now) }
    guard heartbeat.positionSeconds <= session.durationSeconds + positionToleranceSeconds else {
      throw PlaybackError.positionOutside(durationSeconds: session.durationSeconds)
    }
    // A lease does not outlive the title's window, also where that was closed while it played.
    guard session.window.isOpen(at: now) else {
      try ending.end(id, because: .leaseExpired, at: now, trace: trace, in: db)
      return .stop(.leaseExpired, at: now)
    }
    // Before the commit, so that a sweep in the same group of transactions sees it.
    leases.renew(id)

    let positionSeconds = min(heartbeat.positionSeconds, session.durationSeconds)
    let watchedSeconds = watchRule.watchedSeconds(
      from: session.positionSeconds, at: session.heartbeatAt, to: positionSeconds, at: now)
    let isNews = newsRule.isNews(heartbeat.state, at: now, after: session.published)
    let published = isNews ? PublishedProgress(state: heartbeat.state, at: now) : session.published
    try SessionStore.advance(id, to: positionSeconds, at: now, published: published, in: db)
    try ViewingStore.advance(session.viewing, to: positionSeconds, watchedSeconds: watchedSeconds, at: now, in: db)
    if isNews { try publish(heartbeat.state, of: id, at: now, trace: trace, in: db) }
    guard heartbeat.state == .ended else {
      let lease = now.adding(seconds: leaseSeconds)
      return .goOn(leaseExpiresAt: session.window.until.map { min($0, lease) } ?? lease)
    }
    try ending.end(id, because: .ended, at: now, trace: trace, in: db)
    return .stop(.ended, at: now)
  }

  private func publish(
    _ state: PlayerState, of id: PlaybackSessionID, at now: Timestamp, trace: TraceContext?, in db: SQLSession
  ) throws {
    guard let session = try SessionStore.identity(id, in: db) else { return }
    try outbox.append(
      PlaybackProgressed(
        sessionId: id, profileId: session.profile, titleId: session.title, positionSeconds: session.positionSeconds,
        durationSeconds: session.durationSeconds,
        watchedSeconds: try ViewingStore.watchedSeconds(session.viewing, in: db), state: state, at: now),
      of: session.account, subject: session.profile.description, in: db, trace: trace)
  }
}
