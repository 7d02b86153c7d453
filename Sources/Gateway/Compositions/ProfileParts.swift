import Contract
import PlaybackAPI
import RecommendationsAPI

/// The two answers a profile's pages are composed of, each kept until an event outdates it.
///
/// What is fresh costs no hop. What is outdated is asked for; when its service does not answer within the part's
/// deadline, the outdated answer serves as long as `staleSeconds` allows, and the page names the service as degraded.
struct ProfileParts: Sendable {
  /// A part of a page and how it was come by.
  struct Part<Value: Sendable>: Sendable {
    var value: Value?
    var isDegraded: Bool
  }

  typealias ResumeByTitle = [TitleID: CardDetails.Resume]

  struct Rows: Sendable {
    var requestID: RequestID
    var rows: [RecommendedRow]
    /// The reasons of each row's items, already JSON.
    var reasons: [[[UInt8]]]
  }

  private struct Kept<Value: Sendable>: Sendable {
    var value: Value
    var keptAt: ContinuousClock.Instant
    var generation: ViewingMarks.Generation
  }

  private let rows: BoundedCache<ProfileID, Kept<Rows>>
  private let resume: BoundedCache<ProfileID, Kept<ResumeByTitle>>
  private let marks: ViewingMarks
  private let settings: GatewaySettings
  private let recommendations: any Transport
  private let playback: any Transport

  init(settings: GatewaySettings, recommendations: any Transport, playback: any Transport) {
    rows = BoundedCache(limit: settings.cachedProfiles)
    resume = BoundedCache(limit: settings.cachedProfiles)
    marks = ViewingMarks(limit: settings.cachedProfiles)
    self.settings = settings
    self.recommendations = recommendations
    self.playback = playback
  }

  /// An event of playback: both parts of its profile are outdated.
  func apply(_ event: Event) {
    marks.note(event)
  }

  /// A write of this account passed through this gateway: where its profiles stopped may have changed. Their rows
  /// change by event.
  func resumePointsChanged(of account: AccountID) {
    marks.touch(account)
  }

  /// After a gap in the events nothing kept can be trusted.
  func forgetAll() {
    rows.removeAll()
    resume.removeAll()
  }

  func rows(of profile: ProfileID, in context: CallContext) async -> Part<Rows> {
    let generation = marks.generation(of: profile, account: nil)
    let kept = rows[profile]
    if let kept, isFresh(kept, generation) { return Part(value: kept.value, isDegraded: false) }
    do {
      let answer = try await recommendations.call(
        RecommendationsEndpoints.rows,
        RowsQuery(profile: profile, maturityLimit: context.principal.maturityLimit), in: partContext(context))
      let value = Rows(
        requestID: answer.requestId, rows: answer.rows,
        reasons: try answer.rows.map { try $0.items.map { try JSON.encode($0.reason) } })
      if marks.isCurrent(answer.basis, of: profile) {
        rows[profile] = Kept(value: value, keptAt: .now, generation: generation)
      }
      return Part(value: value, isDegraded: false)
    } catch {
      return Part(value: kept.flatMap(stale), isDegraded: true)
    }
  }

  func resumePoints(of profile: ProfileID, in context: CallContext) async -> Part<ResumeByTitle> {
    let generation = marks.generation(of: profile, account: context.principal.account)
    let kept = resume[profile]
    if let kept, isFresh(kept, generation) { return Part(value: kept.value, isDegraded: false) }
    do {
      let answer = try await playback.call(
        PlaybackEndpoints.resumePoints, ResumeQuery(profile: profile),
        in: partContext(context))
      var value: ResumeByTitle = [:]
      for point in answer.points {
        value[point.titleId] = .init(positionSeconds: point.positionSeconds, durationSeconds: point.durationSeconds)
      }
      resume[profile] = Kept(value: value, keptAt: .now, generation: generation)
      return Part(value: value, isDegraded: false)
    } catch {
      return Part(value: kept.flatMap(stale), isDegraded: true)
    }
  }

  private func isFresh(_ kept: Kept<some Sendable>, _ generation: ViewingMarks.Generation) -> Bool {
    kept.generation == generation && kept.keptAt.duration(to: .now) < .seconds(settings.freshSeconds)
  }

  private func stale<Value>(_ kept: Kept<Value>) -> Value? {
    kept.keptAt.duration(to: .now) < .seconds(settings.staleSeconds) ? kept.value : nil
  }

  private func partContext(_ context: CallContext) -> CallContext {
    var part = context
    part.deadline = context.deadline.atMost(.milliseconds(settings.partDeadlineMilliseconds))
    part.idempotencyKey = nil
    return part
  }
}
