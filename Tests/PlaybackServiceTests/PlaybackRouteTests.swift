import ClientKit
import Contract
import EventKit
import Foundation
import PlaybackAPI
import PlaybackService
import StorageKit
import TestKit
import Testing

@Suite("Playback over HTTP")
struct PlaybackRouteTests {
  @Test("A film is started, watched, stopped and taken up again")
  func journey() async throws {
    try await withPlayback { playback async throws in
      let session = try await playback.start()
      #expect(session.manifests.hls.hasPrefix("/media/") && session.manifests.hls.hasSuffix("/master.m3u8"))
      let answer = try await playback.beat(session.id, at: 120)
      #expect(answer.action == .continue && answer.reason == nil)
      #expect(try await playback.resumePoints().map(\.positionSeconds) == [120])
      try await playback.stop(session.id)
      try await playback.stop(session.id)
      #expect(try await playback.beat(session.id, at: 130).action == .stop)
      #expect(try await playback.start().resumeAtSeconds == 120)
      let entry = try #require(try await playback.history().items.first)
      #expect(entry.titleId == PlaybackServer.film && entry.positionSeconds == 120)
    }
  }

  @Test("Who may see one profile alone finds no sibling's session, neither to report on nor to stop")
  func siblings() async throws {
    try await withPlayback { playback async throws in
      let session = try await playback.start()
      let sibling = PlaybackServer.principal(PlaybackServer.account, ProfileID(seed: "sibling"))
      let refusals = await [
        #expect(throws: Problem.self) { try await playback.beat(session.id, at: 1, as: sibling) },
        #expect(throws: Problem.self) { try await playback.stop(session.id, as: sibling) },
      ]
      #expect(refusals.map { $0?.status } == [404, 404])
      // Where nobody narrowed it, the account's sessions are its own.
      let account = PlaybackServer.principal(PlaybackServer.account, nil)
      #expect(try await playback.beat(session.id, at: 1, as: account).action == .continue)
    }
  }

  @Test("What was acknowledged is there after a restart, sessions included")
  func restart() async throws {
    try await withTemporaryFolder("playback") { home in
      try await PlaybackServer.seed(home: home)
      let session = Box<PlaybackSession>()
      try await withPlayback(at: home) { playback async throws in
        session.value = try await playback.start()
        _ = try await playback.beat(session.value!.id, at: 77)
      }
      try await withPlayback(at: home) { playback async throws in
        #expect(try await playback.resumePoints().map(\.positionSeconds) == [77])
        #expect(try await playback.beat(session.value!.id, at: 80).action == .continue)
      }
    }
  }

  @Test("Nobody touches another's sessions, profiles or history")
  func foreign() async throws {
    try await withPlayback { playback async throws in
      let session = try await playback.start()
      let stranger = PlaybackServer.principal(AccountID(seed: "stranger"), ProfileID(seed: "stranger"))
      for call in [
        { _ = try await playback.beat(session.id, at: 1, as: stranger) },
        { try await playback.stop(session.id, as: stranger) },
        { _ = try await playback.start(as: stranger) },
        { _ = try await playback.history(as: stranger) },
        { _ = try await playback.resumePoints(as: stranger) },
        { _ = try await playback.start(as: PlaybackServer.principal(PlaybackServer.account, nil)) },
      ] as [@Sendable () async throws -> Void] {
        await #expect { try await call() } throws: { [404, 403].contains(($0 as? Problem)?.status) }
      }
      await #expect { try await playback.history(as: .anonymous) } throws: { ($0 as? Problem)?.status == 401 }
      let outsider = PublicClient(address: playback.service.baseURL)
      #expect(try await outsider.get("/v1/profiles/\(PlaybackServer.profile)/history").status == 401)
      #expect(try await playback.beat(session.id, at: 1).action == .continue)
    }
  }

  @Test(
    "A heartbeat that is not one is refused, and the field is named",
    arguments: [
      (#"{"positionSeconds":-1,"state":"playing"}"#, 422, "positionSeconds"),
      (#"{"positionSeconds":606,"state":"playing"}"#, 422, "positionSeconds"),
      (#"{"positionSeconds":"1","state":"playing"}"#, 422, "positionSeconds"),
      (#"{"state":"playing"}"#, 422, "positionSeconds"),
      (#"{"positionSeconds":1,"state":"flying"}"#, 422, "state"),
      (#"{"positionSeconds":1,"state":"playing","speed":9}"#, 422, "speed"),
      (#"{"positionSeconds":1,"#, 400, nil), ("", 400, nil), ("[]", 400, nil),
      (String(repeating: "[", count: 30_000), 400, nil),
      (#"{"positionSeconds":1,"state":"playing","cmcd":"\#(String(repeating: "a", count: 3000))"}"#, 422, "cmcd"),
      (String(repeating: " ", count: 70_000), 413, nil),
    ] as [(String, Int, String?)])
  func refusals(_ body: String, _ status: Int, _ field: String?) async throws {
    try await withPlayback { playback async throws in
      let session = try await playback.start()
      let answer = try await playback.post(body, to: session.id)
      #expect(answer.status == status)
      if let field { #expect(answer.problem.errors?.map(\.field) == [field]) }
      #expect(try await playback.history().items.isEmpty)
    }
  }

  @Test("A heartbeat comes as JSON")
  func contentType() async throws {
    try await withPlayback { playback async throws in
      let session = try await playback.start()
      let body = #"{"positionSeconds":1,"state":"playing"}"#
      #expect(try await playback.post(body, to: session.id, contentType: "text/plain").status == 415)
      #expect(
        try await playback.post(body, to: session.id, contentType: "Application/JSON; charset=utf-8").status == 200)
      #expect(try await playback.post(body, to: PlaybackSessionID(seed: "none")).status == 404)
      let query = try await playback.service.transport.send(
        TransportRequest(
          method: .post, target: "/v1/playback-sessions/\(session.id)/heartbeats?force=1",
          headers: [("content-type", "application/json")], body: Array(body.utf8),
          context: .test(PlaybackServer.principal())))
      #expect(query.status == 400)
    }
  }

  @Test("History comes in pages that hold still while watching goes on")
  func pages() async throws {
    try await withPlayback { playback async throws in
      for title in PlaybackServer.titles.dropLast() {
        let session = try await playback.start(title)
        _ = try await playback.beat(session.id, at: 100)
        try await playback.stop(session.id)
      }
      var seen: [TitleID] = []
      var cursor: String?
      repeat {
        let page = try await playback.history(limit: 10, cursor: cursor)
        seen += page.items.map(\.titleId)
        cursor = page.next
        if seen.count == 10 {
          let session = try await playback.start(PlaybackServer.titles[24])
          _ = try await playback.beat(session.id, at: 100)
          try await playback.stop(session.id)
        }
      } while cursor != nil
      #expect(seen == PlaybackServer.titles.dropLast().reversed())
      let points = try await playback.resumePoints(limit: 3)
      #expect(points.map(\.titleId) == [24, 23, 22].map { PlaybackServer.titles[$0] })
      for limit in [0, -1, 101] {
        await #expect { try await playback.history(limit: limit) } throws: { ($0 as? Problem)?.status == 422 }
      }
      for cursor in ["x", "", "!!", "MTIz", String(repeating: "A", count: 500)] {
        await #expect { try await playback.history(cursor: cursor) } throws: { ($0 as? Problem)?.status == 400 }
      }
    }
  }

  @Test("What is above the profile's maturity limit is in no list")
  func maturity() async throws {
    try await withPlayback { playback async throws in
      let session = try await playback.start()
      _ = try await playback.beat(session.id, at: 100)
      let limited = PlaybackServer.principal(limit: .twelve)
      #expect(try await playback.history(as: limited).items.isEmpty)
      #expect(try await playback.resumePoints(as: limited).isEmpty)
      await #expect { try await playback.start(as: limited) } throws: { ($0 as? Problem)?.status == 404 }
    }
  }

  @Test("What is finished or hardly begun has no resume point")
  func resumeWindow() async throws {
    try await withPlayback { playback async throws in
      for (title, position) in zip(PlaybackServer.titles, [5.0, 12, 552, 560]) {
        let session = try await playback.start(title)
        _ = try await playback.beat(session.id, at: position)
        try await playback.stop(session.id)
      }
      #expect(try await playback.resumePoints().map(\.positionSeconds).sorted() == [12, 552])
    }
  }

  @Test("A player that goes silent loses its stream by itself")
  func leaseExpires() async throws {
    let settings = [
      "PLAYBACK_HEARTBEAT_SECONDS": "1", "PLAYBACK_LEASE_HEARTBEATS": "2", "PLAYBACK_SWEEP_MILLISECONDS": "50",
    ]
    try await withPlayback(settings: settings) { playback async throws in
      let session = try await playback.start()
      try await eventually { try await playback.snapshot().contains { $0.endedSession != nil } }
      let answer = try await playback.beat(session.id, at: 1)
      #expect(answer.action == .stop && answer.reason == "leaseExpired")
    }
  }

  @Test("The snapshot tells which sessions have ended and what was watched")
  func snapshot() async throws {
    try await withPlayback { playback async throws in
      let ended = try await playback.start()
      let open = try await playback.start()
      _ = try await playback.beat(open.id, at: 42)
      try await playback.stop(ended.id)
      let lines = try await playback.snapshot()
      #expect(lines.compactMap(\.endedSession?.sessionId) == [ended.id])
      #expect(lines.compactMap(\.viewing?.positionSeconds) == [42])
    }
  }

  @Test("The same start sent twice is one session")
  func idempotency() async throws {
    try await withPlayback { playback async throws in
      let first = try await playback.start(key: "one")
      #expect(try await playback.start(key: "one").id == first.id)
      await #expect {
        try await playback.start(PlaybackServer.titles[1], key: "one")
      } throws: { ($0 as? Problem)?.status == 422 }
    }
  }

  @Test("The schema is the one that was shipped")
  func goldenSchema() async throws {
    try await withTemporaryFolder("schema") { folder in
      let database = try ServiceDatabase(path: "\(folder)/playback.db", migrations: PlaybackSchema.all)
      defer { database.close() }
      try Golden.schema(database.schemaText(), of: "playback")
    }
  }
}

extension PlaybackServer {
  fileprivate func snapshot() async throws -> [PlaybackSnapshotLine] {
    let response = try await service.transport.send(
      TransportRequest(method: .get, target: "/internal/snapshot", context: .test(.service("delivery"))))
    guard response.status == 200 else { throw response.problem }
    return try JSONLines.split(response.body).map { try JSON.decode(PlaybackSnapshotLine.self, from: $0) }
  }
}

/// Carries a value out of a closure.
private final class Box<Value> {
  var value: Value?
}
