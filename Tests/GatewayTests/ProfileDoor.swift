import AccountsAPI
import Contract
import EventKit
import PlaybackAPI
import SecurityKit
import Synchronization
import TestKit

@testable import Gateway

/// The gateway behind a real socket, with an accounts in memory that knows one account with two profiles.
final class ProfileDoor: Sendable {
  struct State {
    var profiles: [ProfileID: Profile] = [:]
    var unlocked: Set<LoginSessionID> = []
    /// Answered to every feed that asks.
    var events: [[UInt8]] = []
    var isAway = false
  }

  let key: SigningKey
  let state = Mutex(State())
  static let kids = ProfileID(seed: "kids")
  static let session = LoginSessionID(seed: "this device")

  init() throws {
    guard let key = SigningKey(seed: Sodium.randomBytes(SigningKey.seedBytes)) else { throw Failed() }
    self.key = key
    for (id, isKids) in [(Sample.profile, false), (Self.kids, true)] {
      state.withLock {
        $0.profiles[id] = Profile(
          id: id, accountId: Sample.account, name: isKids ? "Kim" : "Vera", language: "en",
          maturityLimit: isKids ? .seven : .eighteen, kids: isKids, createdAt: Timestamp(milliseconds: 0))
      }
    }
  }

  struct Failed: Error {}

  func token(binding: ProfileBinding = .none) -> String {
    let now = WallClock.system.now()
    return AccessToken.mint(
      AccessClaims(
        account: Sample.account, loginSession: Self.session, role: .viewer, issuedAt: now,
        expiresAt: now.adding(seconds: 300), binding: binding), key: key)
  }

  func setPIN(on profile: ProfileID, isTold: Bool = true) throws {
    let changed = state.withLock { state in
      state.profiles[profile]?.hasPin = true
      state.profiles[profile]?.pinVersion += 1
      state.unlocked = []
      return state.profiles[profile]
    }
    if isTold, let changed {
      try tell(
        ProfileChanged(
          profileId: changed.id, accountId: changed.accountId, maturityLimit: changed.maturityLimit,
          kids: changed.kids, language: changed.language, hasPin: changed.hasPin, pinVersion: changed.pinVersion))
    }
  }

  func tell(_ body: some EventBody) throws {
    let now = WallClock.system.now()
    try state.withLock { state in
      let header = EventHeader(
        id: EventID(at: now), source: "/accounts", type: type(of: body).type, subject: "x", time: now,
        seq: Int64(state.events.count + 1), epoch: "epoch", traceparent: nil)
      state.events.append(try Event(header: header, data: JSON.encode(body)).json)
    }
  }

  private func answer(_ request: TransportRequest) throws -> TransportResponse {
    let state = state.withLock { $0 }
    let path = request.target.prefix { $0 != "?" }
    let parts = path.split(separator: "/").map(String.init)
    if path == "/.well-known/jwks.json" {
      return try .json(JSONWebKeySet(keys: [.init(kid: key.verifyingKey.keyID, x: key.verifyingKey.x)]))
    }
    if parts.prefix(2) == ["internal", "profiles"] {
      if state.isAway { throw TransportError.unreachable(upstream: "accounts", reason: "away") }
      guard let id = ProfileID(parts[2]), let profile = state.profiles[id] else {
        return try .problem(.notFound("nobody"))
      }
      guard parts.count == 5 else { return try .json(profile) }
      let isUnlocked = !profile.hasPin || LoginSessionID(parts[4]).map(state.unlocked.contains) == true
      return try .json(LockState(isUnlocked: isUnlocked, pinVersion: profile.pinVersion))
    }
    guard parts.first == "internal" else { return try .json(Page<HistoryEntry>(items: [], next: nil)) }
    var lines: [[UInt8]] = []
    if path == "/internal/events" {
      let query = PercentEncoding.query(request.target.drop { $0 != "?" }.dropFirst()) ?? []
      let after = query.first { $0.name == "after" }.flatMap { Int($0.value) } ?? 0
      lines = Array(state.events.dropFirst(after))
    }
    return .feed(lines)
  }

  /// Neighbours that cannot be reached, but for `others`.
  static func silence(besides others: [String: any Transport]) -> [String: any Transport] {
    let silent = StubTransport { _ in throw TransportError.unreachable(upstream: "stub", reason: "not here") }
    var neighbours = others
    for name in ["accounts", "playback", "catalog", "bus", "recommendations", "encoding", "delivery"] {
      neighbours[name] = others[name] ?? silent
    }
    return neighbours
  }

  /// What came through to a service; feeds and the gateway's own questions not counted.
  typealias Forwarded = @Sendable () -> [TransportRequest]

  func open(
    besides others: [String: any Transport] = [:], _ body: (PublicClient, Forwarded) async throws -> Void
  ) async throws {
    let accounts = StubTransport { try self.answer($0) }
    let playback = StubTransport { try self.answer($0) }
    let neighbours = Self.silence(besides: others.merging(["accounts": accounts, "playback": playback]) { $1 })
    try await withService(
      GatewayModule.self, settings: ["EVENTS_LONGEST_BACKOFF_MILLISECONDS": "100"], upstreams: neighbours
    ) { service in
      try await body(PublicClient(address: service.baseURL, accessToken: token())) {
        (accounts.requests + playback.requests).filter {
          !$0.target.hasPrefix("/internal/") && !$0.target.hasPrefix("/.well-known/")
        }
      }
    }
  }
}

extension TransportResponse {
  /// A snapshot, or events, of a source that has forgotten none.
  static func feed(_ lines: [[UInt8]]) -> TransportResponse {
    TransportResponse(
      status: 200,
      headers: [
        (EventHeaders.epoch, "epoch"), (EventHeaders.seq, "0"), (EventHeaders.oldest, "1"),
        ("content-type", JSONLines.contentType),
      ], body: JSONLines.join(lines))
  }
}
