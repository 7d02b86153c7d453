import AccountsAPI
import ClientKit
import Contract
import PlaybackAPI
import PlaybackService
import StorageKit
import TestKit
import Testing

extension PlaybackServer {
  private func path(_ title: TitleID) -> ListPath { ListPath(profile: Self.profile, title: title) }

  func list(
    limit: Int? = nil, cursor: String? = nil, as principal: Principal = principal()
  ) async throws -> Page<ListEntry> {
    try await service.transport.call(
      ListEndpoints.list, HistoryQuery(profile: Self.profile, limit: limit, cursor: cursor), in: .test(principal))
  }

  func add(_ title: TitleID, as principal: Principal = principal()) async throws {
    _ = try await service.transport.call(ListEndpoints.add, path(title), in: .test(principal))
  }

  func remove(_ title: TitleID, as principal: Principal = principal()) async throws {
    _ = try await service.transport.call(ListEndpoints.remove, path(title), in: .test(principal))
  }

  func rate(_ title: TitleID, _ thumbs: Thumbs, as principal: Principal = principal()) async throws {
    _ = try await service.transport.call(
      ListEndpoints.rate, path(title), body: NewRating(thumbs: thumbs), in: .test(principal))
  }

  func withdraw(_ title: TitleID, as principal: Principal = principal()) async throws {
    _ = try await service.transport.call(ListEndpoints.withdrawRating, path(title), in: .test(principal))
  }

  func hide(_ title: TitleID, as principal: Principal = principal()) async throws {
    _ = try await service.transport.call(ListEndpoints.hide, path(title), in: .test(principal))
  }

  func marks(as principal: Principal = principal()) async throws -> ResumePoints {
    try await service.transport.call(
      PlaybackEndpoints.resumePoints, ResumeQuery(profile: Self.profile), in: .test(principal))
  }

  /// The types of everything playback has told.
  func told() async throws -> [String] {
    let answer = try await service.transport.send(
      TransportRequest(method: .get, target: "/internal/events?after=0", context: .test(.service("test"))))
    return try answer.body.split(separator: UInt8(ascii: "\n")).map { try Event(json: Array($0)).header.type }
  }
}

@Suite("My list, thumbs and hiding")
struct ListTests {
  private let titles = PlaybackServer.titles

  @Test("A list is shown added last first, in pages that hold still; adding and removing twice changes nothing")
  func list() async throws {
    try await withPlayback { playback async throws in
      for title in titles.prefix(5) { try await playback.add(title) }
      try await playback.add(titles[0])
      let first = try await playback.list(limit: 2)
      #expect(first.items.map(\.titleId) == [titles[4], titles[3]])
      try await playback.add(titles[9])
      let second = try await playback.list(limit: 2, cursor: first.next)
      #expect(second.items.map(\.titleId) == [titles[2], titles[1]])
      #expect(try await playback.list(limit: 2, cursor: second.next).items.map(\.titleId) == [titles[0]])
      try await playback.remove(titles[4])
      try await playback.remove(titles[4])
      #expect(try await playback.list().items.map(\.titleId) == [9, 3, 2, 1, 0].map { titles[$0] })
      #expect(try await playback.marks().list == [9, 3, 2, 1, 0].map { titles[$0] })
      #expect(try await playback.told() == Array(repeating: ListChanged.type, count: 7))
    }
  }

  @Test("A full list refuses one more title and takes it once there is room")
  func full() async throws {
    try await withPlayback(settings: ["PLAYBACK_LIST_MAXIMUM": "2"]) { playback async throws in
      try await playback.add(titles[0])
      try await playback.add(titles[1])
      await #expect { try await playback.add(titles[2]) } throws: { ($0 as? Problem)?.status == 409 }
      try await playback.add(titles[1])
      try await playback.remove(titles[0])
      try await playback.add(titles[2])
      #expect(try await playback.list().items.map(\.titleId) == [titles[2], titles[1]])
    }
  }

  @Test("Thumbs are given, changed and taken back, each told once")
  func thumbs() async throws {
    try await withPlayback(settings: ["PLAYBACK_RATINGS_MAXIMUM": "2"]) { playback async throws in
      try await playback.rate(titles[0], .up)
      try await playback.rate(titles[0], .up)
      try await playback.rate(titles[0], .love)
      try await playback.rate(titles[1], .down)
      #expect(
        Set(try await playback.marks().ratings ?? []) == [
          Rating(titleId: titles[0], thumbs: .love), Rating(titleId: titles[1], thumbs: .down),
        ])
      await #expect { try await playback.rate(titles[2], .up) } throws: { ($0 as? Problem)?.status == 409 }
      try await playback.withdraw(titles[0])
      try await playback.withdraw(titles[0])
      #expect(try await playback.marks().ratings == [Rating(titleId: titles[1], thumbs: .down)])
      #expect(try await playback.told() == Array(repeating: RatingChanged.type, count: 4))
    }
  }

  @Test("A title that is unknown or above the profile's limit cannot be listed or given thumbs, and is not shown")
  func maturity() async throws {
    try await withPlayback { playback async throws in
      try await playback.add(titles[0])
      try await playback.rate(titles[0], .up)
      let limited = PlaybackServer.principal(limit: .twelve)
      let unknown = TitleID(seed: "unknown")
      for call in [
        { try await playback.add(titles[1], as: limited) }, { try await playback.rate(titles[1], .up, as: limited) },
        { try await playback.add(unknown) }, { try await playback.rate(unknown, .up) },
      ] as [@Sendable () async throws -> Void] {
        await #expect { try await call() } throws: { ($0 as? Problem)?.status == 404 }
      }
      #expect(try await playback.list(as: limited).items.isEmpty)
      let marks = try await playback.marks(as: limited)
      #expect(marks.list == [] && marks.ratings == [])
      // What one may no longer see can still be taken away.
      try await playback.remove(titles[0], as: limited)
      try await playback.withdraw(titles[0], as: limited)
      #expect(try await playback.list().items.isEmpty)
    }
  }

  @Test("Another's list, thumbs and history are not there")
  func foreign() async throws {
    try await withPlayback { playback async throws in
      try await playback.add(titles[0])
      let stranger = PlaybackServer.principal(AccountID(seed: "stranger"), ProfileID(seed: "stranger"))
      for call in [
        { _ = try await playback.list(as: stranger) }, { try await playback.add(titles[1], as: stranger) },
        { try await playback.remove(titles[0], as: stranger) },
        { try await playback.rate(titles[0], .up, as: stranger) },
        { try await playback.withdraw(titles[0], as: stranger) }, { try await playback.hide(titles[0], as: stranger) },
      ] as [@Sendable () async throws -> Void] {
        await #expect { try await call() } throws: { ($0 as? Problem)?.status == 404 }
      }
      await #expect { try await playback.list(as: .anonymous) } throws: { ($0 as? Problem)?.status == 401 }
      #expect(try await playback.list().items.count == 1)
    }
  }

  @Test("A hidden title is in no history and not resumed, until it is watched again")
  func hide() async throws {
    try await withPlayback { playback async throws in
      for title in titles.prefix(2) {
        let session = try await playback.start(title)
        _ = try await playback.beat(session.id, at: 100)
        try await playback.stop(session.id)
      }
      let open = try await playback.start(titles[0])
      let before = try await playback.told().count
      try await playback.hide(titles[0])
      try await playback.hide(titles[0])
      try await playback.hide(titles[7])
      #expect(try await playback.told().dropFirst(before) == [ViewingHidden.type])
      #expect(try await playback.history().items.map(\.titleId) == [titles[1]])
      #expect(try await playback.marks().points.map(\.titleId) == [titles[1]])
      #expect(try await playback.start(titles[0]).resumeAtSeconds == 0)
      // Who is still watching is watching.
      #expect(try await playback.beat(open.id, at: 120).action == .continue)
      #expect(try await playback.history().items.map(\.titleId) == [titles[0], titles[1]])
    }
  }

  @Test(
    "Thumbs that are none, and bodies that are no request, are refused and name the field",
    arguments: [
      (#"{"thumbs":"sideways"}"#, 422, "thumbs"), (#"{"thumbs":1}"#, 422, "thumbs"), ("{}", 422, "thumbs"),
      (#"{"thumbs":null}"#, 422, "thumbs"), (#"{"thumbs":"up\u0000"}"#, 422, "thumbs"),
      (#"{"thumbs":"ＵＰ"}"#, 422, "thumbs"), (#"{"thumbs":"👍"}"#, 422, "thumbs"),
      (#"{"thumbs":"\u202eup"}"#, 422, "thumbs"), (#"{"thumbs":"up","why":"x"}"#, 422, "why"),
      (#"{"thumbs":"up","thumbs":"down"}"#, 400, nil), ("[]", 400, nil), ("", 400, nil),
      ("10 MB", 413, nil),
    ] as [(String, Int, String?)])
  func badThumbs(_ body: String, _ status: Int, _ field: String?) async throws {
    try await withPlayback { playback async throws in
      let answer = try await playback.service.transport.send(
        TransportRequest(
          method: .put, target: "/v1/profiles/\(PlaybackServer.profile)/ratings/\(titles[0])",
          headers: [("content-type", "application/json")],
          body: body == "10 MB" ? Array(repeating: 0x75, count: 10_000_000) : Array(body.utf8),
          context: .test(PlaybackServer.principal())))
      #expect(answer.status == status || (status == 400 && answer.status == 422), "\(answer.status)")
      if let field { #expect(answer.problem.errors?.map(\.field) == [field]) }
      #expect(try await playback.marks().ratings == [])
    }
  }

  @Test(
    "A title that is no title's id is refused",
    arguments: ["x", "prf_7f5xydq8jz7s8rqe0k2wn5k9m4", "%00", "%F0%9F%98%80"])
  func badTitle(_ title: String) async throws {
    try await withPlayback { playback async throws in
      let answer = try await playback.service.transport.send(
        TransportRequest(
          method: .put, target: "/v1/profiles/\(PlaybackServer.profile)/list/\(title)",
          context: .test(PlaybackServer.principal())))
      #expect([400, 404, 422].contains(answer.status), "\(answer.status)")
    }
  }

  @Test("The export has all of one profile, seen or not, and is for services alone")
  func export() async throws {
    try await withPlayback { playback async throws in
      let path = ProfileExportPath(account: PlaybackServer.account, profile: PlaybackServer.profile)
      let session = try await playback.start(titles[0])
      _ = try await playback.beat(session.id, at: 100)
      try await playback.add(titles[1])
      try await playback.rate(titles[2], .down)
      let export = try await playback.service.transport.call(
        PlaybackExportEndpoints.export, path, in: .test(.service("gateway")))
      #expect(export.history.map(\.titleId) == [titles[0]])
      #expect(export.list.map(\.titleId) == [titles[1]])
      #expect(export.ratings.map(\.titleId) == [titles[2]])
      #expect(export.playbackSessions.map(\.id) == [session.id])
      await #expect {
        try await playback.service.transport.call(
          PlaybackExportEndpoints.export, path, in: .test(PlaybackServer.principal()))
      } throws: { ($0 as? Problem)?.status == 403 }
    }
  }

  @Test("A deleted profile leaves no list, no thumbs and no kept answers; its sibling's stay")
  func deleted() async throws {
    try await withStage { stage async throws in
      let (gone, kept) = (PlaybackStage.viewer.profile, ProfileID(seed: "sibling"))
      _ = try await stage.start(key: "a key")
      try await stage.database.write { db in
        for profile in [gone, kept] {
          _ = try ListStore.add(PlaybackStage.film, to: profile, at: stage.time.now, in: db)
          try RatingStore.put(.love, for: PlaybackStage.film, by: profile, at: stage.time.now, in: db)
        }
      }
      try await stage.hear(
        ProfileDeleted(profileId: gone, accountId: PlaybackStage.account), from: "/accounts", subject: "\(gone)")
      let left = try stage.database.read { db in
        try db.rows(
          """
          SELECT profile_id FROM list_entries UNION ALL SELECT profile_id FROM ratings
          UNION ALL SELECT scope FROM idempotency_key LIMIT 100
          """
        ) { $0.text(0) }
      }
      #expect(left == [kept.description, kept.description])
    }
  }
}
