import CacheKit
import ClientKit
import Contract
import PlaybackAPI
import RecommendationsAPI

/// The two answers a profile's pages are composed of, each kept until an event outdates it.
///
/// What is fresh costs no hop. What is outdated is asked for, once for all who want it at that time; when its service
/// does not answer within the part's deadline, the outdated answer serves as long as `staleSeconds` allows, and the
/// page names the service as degraded.
struct ProfileParts: Sendable {
  /// A part of a page and how it was come by.
  struct Part<Value: Sendable>: Sendable {
    var value: Value?
    var isDegraded: Bool
  }

  struct Rows: Sendable {
    var requestID: RequestID
    var modelVersion: String?
    var rows: [RowPlan]
  }

  /// What a part is asked for. Something that outdates it makes it another question.
  private struct Question: Hashable, Sendable {
    var profile: ProfileID
    var maturityLimit: MaturityRating?
    var place: Audience.Place
    /// When a window opened or closed last.
    var turn: Timestamp?
    var viewing: ViewingMarks.Generation
    var catalogue = CatalogueView.Mark()
  }

  private struct Kept<Value: Sendable>: Sendable {
    var value: Value
    var keptAt: ContinuousClock.Instant
    var question: Question
  }

  private let rows: BoundedCache<ProfileID, Kept<Rows>>
  private let viewings: BoundedCache<ProfileID, Kept<ProfileViewing>>
  private let rowFlights: SingleFlight<Question, Rows>
  private let viewingFlights: SingleFlight<Question, ProfileViewing>
  private let marks: ViewingMarks
  private let catalogue: CatalogueView
  private let settings: GatewaySettings
  private let recommendations: any Transport
  private let playback: any Transport
  private let clock: WallClock

  init(
    settings: GatewaySettings, catalogue: CatalogueView, recommendations: any Transport, playback: any Transport,
    clock: WallClock
  ) {
    rows = BoundedCache(limit: settings.cachedProfiles)
    viewings = BoundedCache(limit: settings.cachedProfiles)
    let partTime = Duration.milliseconds(settings.partDeadlineMilliseconds)
    rowFlights = SingleFlight(upstream: "recommendations", flightTime: partTime)
    viewingFlights = SingleFlight(upstream: "playback", flightTime: partTime)
    marks = ViewingMarks(limit: settings.cachedProfiles)
    self.settings = settings
    self.catalogue = catalogue
    self.recommendations = recommendations
    self.playback = playback
    self.clock = clock
  }

  /// An event of playback: both parts of its profile are outdated.
  func apply(_ event: Event) {
    marks.note(event)
  }

  /// A write of this account passed through this gateway: where its profiles stopped, their lists or their thumbs may
  /// have changed. Their rows change by event.
  func viewingChanged(of account: AccountID) {
    marks.touch(account)
  }

  /// What this profile said by way of this gateway changes its rows.
  func rowsChanged(of profile: ProfileID) {
    marks.touch(profile)
  }

  /// After a gap in the events nothing kept can be trusted.
  func forgetAll() {
    rows.removeAll()
    viewings.removeAll()
  }

  func rows(of profile: ProfileID, in context: CallContext) async -> Part<Rows> {
    var question = question(of: profile, marks.generation(of: profile, account: nil), in: context)
    question.catalogue = catalogue.mark
    return await part(question, rows, rowFlights, in: context) { [question] context in
      let answer = try await recommendations.call(
        RecommendationsEndpoints.rows,
        RowsQuery(profile: profile, maturityLimit: question.maturityLimit), in: context)
      let names = TitleNames(catalogue: catalogue.current, audience: context.principal.audience(at: clock.now()))
      let value = Rows(
        requestID: answer.requestId, modelVersion: answer.modelVersion,
        rows: try answer.rows.compactMap { try RowPlan($0, names: names) })
      return (value, isCurrent: isCurrent(answer, question))
    }
  }

  func viewing(of profile: ProfileID, in context: CallContext) async -> Part<ProfileViewing> {
    let question = question(
      of: profile, marks.generation(of: profile, account: context.principal.account), in: context)
    return await part(question, viewings, viewingFlights, in: context) { context in
      let answer = try await playback.call(
        PlaybackEndpoints.resumePoints, ResumeQuery(profile: profile), in: context)
      return (ProfileViewing(answer), isCurrent: true)
    }
  }

  /// Asked with all that the audience depends on, since what is not for it is in no answer: another limit or country,
  /// or a window that turned since, makes it another question.
  private func question(
    of profile: ProfileID, _ viewing: ViewingMarks.Generation, in context: CallContext
  ) -> Question {
    Question(
      profile: profile, maturityLimit: context.principal.maturityLimit, place: context.principal.place,
      turn: catalogue.current.turn(at: clock.now()), viewing: viewing)
  }

  /// Recommendations reads the same events as we do and may be behind: such an answer is shown but not kept.
  private func isCurrent(_ answer: RecommendedRows, _ question: Question) -> Bool {
    guard marks.isCurrent(answer.basis, of: question.profile) else { return false }
    guard let basis = answer.catalogBasis, let known = question.catalogue.position else { return true }
    return basis.covers(known)
  }

  // MARK: - Kept, or asked for

  private func part<Value: Sendable>(
    _ question: Question, _ cache: BoundedCache<ProfileID, Kept<Value>>, _ flights: SingleFlight<Question, Value>,
    in context: CallContext, ask: @escaping @Sendable (CallContext) async throws -> (Value, isCurrent: Bool)
  ) async -> Part<Value> {
    let kept = cache[question.profile]
    if let kept, kept.question == question, isWithin(settings.freshSeconds, kept) {
      return Part(value: kept.value, isDegraded: false)
    }
    var asking = context
    asking.idempotencyKey = nil
    let deadline = context.deadline.atMost(.milliseconds(settings.partDeadlineMilliseconds))
    do {
      let value = try await flights.value(for: question, within: deadline) { [asking] deadline in
        var asking = asking
        asking.deadline = deadline
        let (value, isCurrent) = try await ask(asking)
        if isCurrent { cache[question.profile] = Kept(value: value, keptAt: .now, question: question) }
        return value
      }
      return Part(value: value, isDegraded: false)
    } catch {
      return Part(value: kept.flatMap { isWithin(settings.staleSeconds, $0) ? $0.value : nil }, isDegraded: true)
    }
  }

  private func isWithin(_ seconds: Int, _ kept: Kept<some Sendable>) -> Bool {
    kept.keptAt.duration(to: .now) < .seconds(seconds)
  }
}
