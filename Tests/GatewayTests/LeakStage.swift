import AccountsAPI
import CatalogAPI
import Contract
import EventKit
import PlaybackAPI
import RecommendationsAPI
import SecurityKit
import Synchronization
import TestKit

@testable import Gateway

/// The gateway behind a real socket, before neighbours that mask nothing: whatever they are asked, they answer with
/// every title there is. Titles, viewers and moments are drawn from a seed.
final class LeakStage: Sendable {
  struct Viewer: Sendable {
    let profile: Profile
    let country: Territory?
  }

  let titles: [Title]
  let viewers: [Viewer]
  private let key: SigningKey
  private let now = Mutex(start)
  private let failing = Mutex<Set<String>>([])

  static let start = Timestamp(milliseconds: 1_800_000_000_000)
  static let countries = ["DE", "FR", "NZ"].compactMap { Territory($0) }
  /// Windows open and close at moments at which it is looked, and between them.
  static let momentSeconds = stride(from: 0.0, through: 400, by: 100)

  struct Failed: Error {}

  init(seed: UInt64) throws {
    guard let key = SigningKey(seed: Sodium.randomBytes(SigningKey.seedBytes)) else { throw Failed() }
    self.key = key
    var random = SeededRandom(seed: seed)
    titles = (100..<130).map { Self.title("Film \($0)!", using: &random) }
    viewers = (0..<6).map { index in
      let account = AccountID(seed: "viewer \(index)")
      return Viewer(
        profile: Profile(
          id: ProfileID(seed: "viewer \(index)"), accountId: account, name: "V", language: "en",
          maturityLimit: MaturityRating.allCases.randomElement(using: &random) ?? .all, kids: false,
          createdAt: Self.start),
        country: (Self.countries + [nil]).randomElement(using: &random) ?? nil)
    }
  }

  private static func title(_ name: String, using random: inout SeededRandom) -> Title {
    var availability = Availability()
    let moments = (-1...9).map { start.adding(seconds: Double($0) * 50) }.shuffled(using: &random).prefix(2).sorted()
    if Bool.random(using: &random) { availability.from = moments[0] }
    if Bool.random(using: &random) { availability.until = moments[1] }
    if Bool.random(using: &random) {
      availability.territories = Array(countries.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)))
    }
    return Sample.title(
      name, maturity: MaturityRating.allCases.randomElement(using: &random) ?? .all,
      availability: availability == .unbounded ? nil : availability)
  }

  var clock: WallClock { WallClock { self.now.withLock { $0 } } }

  func set(secondsIn: Double) { now.withLock { $0 = Self.start.adding(seconds: secondsIn) } }

  /// From now on these neighbours cannot be reached.
  func fail(_ neighbours: Set<String>) { failing.withLock { $0 = neighbours } }

  func audience(of viewer: Viewer) -> Audience {
    Audience(
      maturityLimit: viewer.profile.maturityLimit,
      place: viewer.country.map(Audience.Place.territory) ?? .unknown, now: clock.now())
  }

  func token(of viewer: Viewer) -> String {
    let now = clock.now()
    return AccessToken.mint(
      AccessClaims(
        account: viewer.profile.accountId, loginSession: LoginSessionID(seed: "s"), role: .viewer, issuedAt: now,
        expiresAt: now.adding(seconds: 300), territory: viewer.country), key: key)
  }

  func open(_ body: (PublicClient) async throws -> Void) async throws {
    var neighbours: [String: any Transport] = [:]
    for (name, answer) in [
      ("accounts", accounts), ("catalog", catalog), ("playback", playback), ("recommendations", recommendations),
    ] {
      neighbours[name] = StubTransport { [self] request in
        if failing.withLock({ $0.contains(name) }) {
          throw TransportError.unreachable(upstream: name, reason: "away")
        }
        return try feed(request, of: name) ?? answer(request)
      }
    }
    try await withService(
      GatewayModule.self, upstreams: ProfileDoor.silence(besides: neighbours), clock: clock
    ) { service in
      try await body(PublicClient(address: service.baseURL))
    }
  }

  // MARK: - Neighbours

  /// Of each the state as it is from the beginning, and no events.
  private func feed(_ request: TransportRequest, of name: String) throws -> TransportResponse? {
    guard request.target.hasPrefix("/internal/snapshot") || request.target.hasPrefix("/internal/events") else {
      return nil
    }
    let isWhole = name == "catalog" && request.target.hasPrefix("/internal/snapshot")
    let lines = isWhole ? try titles.map { try JSON.encode(TitleChanged(title: $0)) } : []
    return .feed(lines)
  }

  private func accounts(_ request: TransportRequest) throws -> TransportResponse {
    if request.target == "/.well-known/jwks.json" {
      return try .json(JSONWebKeySet(keys: [.init(kid: key.verifyingKey.keyID, x: key.verifyingKey.x)]))
    }
    let viewer = viewers.first { request.target == "/internal/profiles/\($0.profile.id)" }
    return try viewer.map { try .json($0.profile) } ?? .problem(.notFound("nobody"))
  }

  private func catalog(_ request: TransportRequest) throws -> TransportResponse {
    try .json(SearchResult(titleIds: titles.map(\.id), genres: [], next: nil))
  }

  /// A start is answered as playback would: by what the gateway vouches for.
  private func playback(_ request: TransportRequest) throws -> TransportResponse {
    guard request.method == .post else {
      return try .json(
        ResumePoints(
          points: titles.map {
            .init(titleId: $0.id, positionSeconds: 41, durationSeconds: 100, updatedAt: Self.start)
          }, list: titles.map(\.id), ratings: titles.map { Rating(titleId: $0.id, thumbs: .up) }))
    }
    let asked = try JSON.decode(StartPlayback.self, from: request.body).titleId
    let principal = request.context.principal
    guard let title = titles.first(where: { $0.id == asked }),
      principal.audience(at: clock.now()).admits(title.maturity, title.availability)
    else { return try .problem(.notFound("There is no such title.")) }
    return TransportResponse(status: 201, body: Array("{}".utf8))
  }

  private func recommendations(_ request: TransportRequest) throws -> TransportResponse {
    let watched = titles.map { Reason(kind: .watched, text: "Because of what you watched", titleId: $0.id) }
    let items = titles.indices.map { index in
      RecommendedItem(titleId: titles[index].id, reason: watched[(index + 7) % titles.count])
    }
    let path = request.target.prefix { $0 != "?" }
    if path.hasSuffix("/similar") { return try .json(SimilarTitles(items: items)) }
    if path.hasSuffix("/taste") {
      return try .json(
        ProfileTaste(
          modelVersion: "m", genres: [], people: [],
          anchors: titles.map { .init(titleId: $0.id, weight: 1, watchedAt: Self.start) },
          hidden: titles.map { .init(titleId: $0.id, hiddenAt: Self.start) }, resetAt: nil))
    }
    let because = titles.map { title in
      RecommendedRow(
        id: "because-\(title.id)", kind: .becauseYouWatched, topic: title.id.description, items: items, next: nil)
    }
    let rows = [RecommendedRow(id: "topPicks", kind: .topPicks, items: items, next: "more")] + because
    if path.contains("/rows/") { return try .json(rows[0]) }
    return try .json(
      RecommendedRows(
        requestId: RequestID(seed: "page"), modelVersion: "m", rows: rows, basis: EventPosition(epoch: "epoch", seq: 0),
        catalogBasis: EventPosition(epoch: "epoch", seq: 0)))
  }
}
