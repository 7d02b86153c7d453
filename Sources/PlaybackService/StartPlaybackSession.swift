package import Contract
import EventKit
package import PlaybackAPI
import SecurityKit
import StorageKit

/// Who wants to play, as the gateway vouches for it.
package struct PlaybackViewer: Sendable {
  package let account: AccountID
  package let profile: ProfileID
  package let loginSession: LoginSessionID?
  package let maturityLimit: MaturityRating
  package let place: Audience.Place

  package init(
    account: AccountID, profile: ProfileID, loginSession: LoginSessionID?, maturityLimit: MaturityRating,
    place: Audience.Place = .unknown
  ) {
    self.account = account
    self.profile = profile
    self.loginSession = loginSession
    self.maturityLimit = maturityLimit
    self.place = place
  }

  /// What it may see.
  package func audience(at now: Timestamp) -> Audience {
    Audience(maturityLimit: maturityLimit, place: place, now: now)
  }
}

/// Has the key at hand with which events of an account are sealed, where it can be had soon. Without it they tell less,
/// and nothing waits: playing goes on while accounts is stopped.
package typealias PrepareEventKey = @Sendable (AccountID) async -> Void

/// May this profile play this now? The whole decision is one transaction: two starts at once cannot both take the
/// account's last stream.
package struct StartPlaybackSession: Sendable {
  let settings: PlaybackSettings
  let database: ServiceDatabase
  let outbox: Outbox
  let leases: StreamLeases
  let ending: EndPlaybackSession
  let answers: IdempotencyStore
  let keys: StackKeys
  let prepareKey: PrepareEventKey
  let clock: WallClock

  /// The new session as JSON, or the stored answer where `key` was used for the same request before.
  /// Throws ``PlaybackError``, and the kit's problem where the key was used for another request.
  package func start(
    _ request: StartPlayback, by viewer: PlaybackViewer, idempotencyKey key: String?, trace: TraceContext?
  ) async throws -> [UInt8] {
    try check(request)
    let now = clock.now()
    let id = PlaybackSessionID(at: now)
    let canonical = Array(canonicalText(of: request).utf8)
    let scope = Self.scope(of: viewer.profile)
    await prepareKey(viewer.account)
    return try await database.write { db in
      let kept = try answers.perform(key: key, scope: scope, request: canonical, in: db) { db in
        let session = try open(id, request, by: viewer, at: now, trace: trace, in: db)
        return IdempotencyStore.Result(status: PlaybackEndpoints.start.status, body: try JSON.encode(session))
      }
      return kept.body
    }
  }

  /// Whose `Idempotency-Key`s these are.
  static func scope(of profile: ProfileID) -> String { "\(PlaybackEndpoints.start.name) \(profile)" }

  // MARK: - In the transaction

  private func open(
    _ id: PlaybackSessionID, _ request: StartPlayback, by viewer: PlaybackViewer, at now: Timestamp,
    trace: TraceContext?, in db: SQLSession
  ) throws -> PlaybackSession {
    let titleID = request.titleId
    guard let title = try TitleStore.title(titleID, in: db), title.isThere(for: viewer.audience(at: now)) else {
      throw PlaybackError.titleNotFound
    }
    let until = title.availability.until ?? Timestamp(milliseconds: .max)
    guard let video = title.video else { throw PlaybackError.notPlayable }
    let allowance = try TitleStore.allowance(of: viewer.account, in: db) ?? .byDefault(settings)
    try admit(viewer.account, streams: allowance.streams, at: now, in: db)
    let maxHeight = max(MediaLayout.lowestHeightCap, min(allowance.maxHeight, request.device.maxHeight ?? .max))

    let viewing = try ViewingStore.begin(
      titleID, by: viewer.profile, durationSeconds: video.durationSeconds, in: db)
    let resumeAtSeconds = resumeRule.resumeAtSeconds(
      stoppedAt: viewing.positionSeconds, of: video.durationSeconds)
    let mediaExpiresAt = wholeSecond(min(now.adding(seconds: Double(settings.mediaTokenSeconds)), until))
    try SessionStore.insert(
      NewSession(
        id: id, account: viewer.account, profile: viewer.profile, loginSession: viewer.loginSession, title: titleID,
        viewing: viewing.viewing, durationSeconds: video.durationSeconds, positionSeconds: resumeAtSeconds,
        maxHeight: maxHeight, startedAt: now, mediaExpiresAt: mediaExpiresAt),
      in: db)
    try outbox.append(
      PlaybackStarted(
        sessionId: id, profileId: viewer.profile, accountId: viewer.account, titleId: titleID, startedAt: now),
      of: viewer.account, subject: viewer.profile.description, in: db, trace: trace)

    // Before the commit, or a start in the same group of transactions would take it for expired.
    leases.renew(id)

    let token = MediaToken(
      session: id, profile: viewer.profile, asset: video.asset, expires: mediaExpiresAt,
      keyID: keys.newestMediaKey.id, maxHeight: maxHeight
    ).sign(with: keys)
    func address(_ file: String) -> String {
      MediaLayout.mediaPath(token: token, asset: video.asset, file: file)
    }
    let encryption = try ContentKeyStore.key(of: video.asset, in: db).map { key in
      let isClearKey = key.scheme == .cbcs
      return PlaybackSession.Encryption(
        scheme: key.scheme, keyId: key.id, keySystem: isClearKey ? "org.w3.clearkey" : nil,
        licence: isClearKey ? address(MediaLayout.keysFolder) : nil)
    }
    let hasDASH = encryption?.scheme != .aes128
    return PlaybackSession(
      id: id, titleId: titleID,
      manifests: .init(
        hls: address(MediaLayout.hlsManifest), dash: hasDASH ? address(MediaLayout.dashManifest) : nil),
      encryption: encryption, maxHeight: maxHeight, resumeAtSeconds: resumeAtSeconds,
      durationSeconds: video.durationSeconds, heartbeatSeconds: settings.heartbeatSeconds, audio: video.tracks.audio,
      subtitles: video.tracks.subtitles.map { PlaybackSession.Subtitles($0, url: address($0.file)) },
      storyboard: address(MediaLayout.storyboard),
      leaseExpiresAt: min(now.adding(seconds: Double(settings.leaseSeconds)), until))
  }

  /// Leaves room for one more stream of the account, or throws. Sessions that have missed their heartbeats are
  /// closed here and now rather than at the next sweep.
  private func admit(_ account: AccountID, streams limit: Int, at now: Timestamp, in db: SQLSession) throws {
    var playing = 0
    for session in try SessionStore.open(of: account, limit: 1000, in: db).map(\.id) {
      if leases.hasExpired(session) {
        try ending.end(session, because: .leaseExpired, at: now, in: db)
      } else {
        playing += 1
      }
    }
    guard playing < limit else { throw PlaybackError.tooManyStreams(limit: limit) }
  }

  // MARK: - Pure

  private var resumeRule: ResumeRule {
    ResumeRule(fromShare: settings.resumeFromShare, untilShare: settings.resumeUntilShare)
  }

  private func check(_ request: StartPlayback) throws(PlaybackError) {
    if let height = request.device.maxHeight, !(1...8640).contains(height) {
      throw .fieldOutOfBounds(field: "device.maxHeight", message: "must be 1 to 8640 pixels")
    }
  }

  private func canonicalText(of request: StartPlayback) -> String {
    let height = request.device.maxHeight.map(String.init) ?? "any"
    return "\(request.titleId) \(request.device.kind.rawValue) \(height)"
  }

  /// Media tokens carry whole seconds, rounded down: what is remembered must be what is sealed.
  private func wholeSecond(_ time: Timestamp) -> Timestamp {
    Timestamp(milliseconds: time.milliseconds / 1000 * 1000)
  }
}
