import ClientKit
import Contract
import PlaybackAPI
import PlaybackService
import ServerKit
import StorageKit
import TestKit

/// Playback behind a real socket, alone: the bus and its neighbours are away, and its titles are known already.
struct PlaybackServer: Sendable {
  let service: TestService

  static let account = AccountID(seed: "account")
  static let profile = ProfileID(seed: "profile")
  static let titles = (0..<25).map { TitleID(seed: "title \($0)") }
  static let film = titles[0]

  static func principal(
    _ account: AccountID = account, _ profile: ProfileID? = profile, limit: MaturityRating = .eighteen
  ) -> Principal {
    Principal(
      role: .viewer, account: account, loginSession: LoginSessionID(seed: "login"), profile: profile,
      maturityLimit: limit)
  }

  static func seed(home: String) async throws {
    try PrivateFolder.make("\(home)/playback")
    let database = try ServiceDatabase(path: "\(home)/playback/playback.db", migrations: PlaybackSchema.all)
    try await database.write { db in
      for id in titles {
        let video = KnownTitle.Video(asset: AssetID(seed: "asset"), durationSeconds: 600)
        try TitleStore.put(KnownTitle(maturity: .sixteen, video: video), as: id, in: db)
      }
    }
    database.close()
  }

  static let upstreams: [String: any Transport] = Dictionary(
    uniqueKeysWithValues: ["bus", "catalog", "accounts"].map { name in
      (name, StubTransport { _ in throw TransportError.unreachable(upstream: name, reason: "away") })
    })

  // MARK: - What players do

  func start(
    _ title: TitleID = film, as principal: Principal = principal(), profile: ProfileID = profile, key: String? = nil
  ) async throws -> PlaybackSession {
    var context = CallContext.test(principal)
    context.idempotencyKey = key
    return try await service.transport.call(
      PlaybackEndpoints.start, PlaybackProfilePath(profile: profile),
      body: StartPlayback(titleId: title, device: .init(kind: .tv)), in: context)
  }

  func beat(
    _ session: PlaybackSessionID, at positionSeconds: Double, _ state: PlayerState = .playing,
    as principal: Principal = principal()
  ) async throws -> HeartbeatAnswer {
    try await service.transport.call(
      PlaybackEndpoints.heartbeat, SessionPath(session: session),
      body: Heartbeat(positionSeconds: positionSeconds, state: state), in: .test(principal))
  }

  func stop(_ session: PlaybackSessionID, as principal: Principal = principal()) async throws {
    _ = try await service.transport.call(
      PlaybackEndpoints.stop, SessionPath(session: session), in: .test(principal))
  }

  func history(
    limit: Int? = nil, cursor: String? = nil, as principal: Principal = principal()
  ) async throws -> Page<HistoryEntry> {
    try await service.transport.call(
      PlaybackEndpoints.history, HistoryQuery(profile: Self.profile, limit: limit, cursor: cursor),
      in: .test(principal))
  }

  func resumePoints(limit: Int? = nil, as principal: Principal = principal()) async throws -> [ResumePoints.Point] {
    try await service.transport.call(
      PlaybackEndpoints.resumePoints, ResumeQuery(profile: Self.profile, limit: limit), in: .test(principal)
    ).points
  }

  /// A heartbeat's body as somebody wrote it.
  func post(
    _ body: String, to session: PlaybackSessionID, contentType: String = "application/json"
  ) async throws -> TransportResponse {
    try await service.transport.send(
      TransportRequest(
        method: .post, target: "/v1/playback-sessions/\(session)/heartbeats",
        headers: [("content-type", contentType)], body: Array(body.utf8),
        context: .test(Self.principal())))
  }
}

func withPlayback(
  settings: [String: String] = [:], _ body: (PlaybackServer) async throws -> Void
) async throws {
  try await withTemporaryFolder("playback") { home in
    try await PlaybackServer.seed(home: home)
    try await withPlayback(at: home, settings: settings, body)
  }
}

/// On the data that lies there.
func withPlayback(
  at home: String, settings: [String: String] = [:], _ body: (PlaybackServer) async throws -> Void
) async throws {
  let service = try await TestService.start(
    PlaybackModule.self, settings: settings, upstreams: PlaybackServer.upstreams, home: home)
  do {
    try await body(PlaybackServer(service: service))
    try await service.stop()
  } catch {
    try? await service.stop()
    throw error
  }
}
