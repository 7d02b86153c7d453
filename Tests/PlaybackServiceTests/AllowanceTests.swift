import AccountsAPI
import Contract
import EventKit
import PlaybackAPI
import PlaybackService
import SecurityKit
import StorageKit
import TestKit
import Testing

@Suite("What a plan gives holds, for what plays already too")
struct AllowanceTests {
  private func tell(
    _ stage: PlaybackStage, streams: Int, maxHeight: Int, plan: Plan = .standard
  ) async throws {
    let account = PlaybackStage.account
    let entitlements = Entitlements(streams: streams, maxHeight: maxHeight, profiles: 5, downloads: false)
    try await stage.hear(
      PlanChanged(accountId: account, plan: plan, entitlements: entitlements), from: "/accounts", subject: "\(account)")
  }

  private func cap(of session: PlaybackSession, on stage: PlaybackStage) throws -> Int? {
    let parts = session.manifests.hls.split(separator: "/")
    return try MediaToken.verify(parts[1], asset: PlaybackStage.asset, now: stage.time.now, keys: stage.keys).maxHeight
  }

  @Test("Streams at once and height are those of the event, not of a setting", arguments: [(1, 720), (3, 2160)])
  func told(streams: Int, maxHeight: Int) async throws {
    try await withStage { stage async throws in
      try await tell(stage, streams: streams, maxHeight: maxHeight)
      for _ in 0..<streams {
        let session = try await stage.start()
        #expect(session.maxHeight == maxHeight)
        #expect(try cap(of: session, on: stage) == maxHeight)
      }
      await #expect(throws: PlaybackError.tooManyStreams(limit: streams)) { try await stage.start() }
    }
  }

  @Test("The device's height narrows the plan's, never widens it, and never to nothing")
  func device() async throws {
    try await withStage { stage async throws in
      try await tell(stage, streams: 9, maxHeight: 1080)
      for (asked, granted) in [(nil, 1080), (720, 720), (2160, 1080), (1, 240)] as [(Int?, Int)] {
        let session = try await stage.start(maxHeight: asked)
        #expect(session.maxHeight == granted)
        #expect(try cap(of: session, on: stage) == granted)
      }
    }
  }

  @Test("Fewer streams end the latest of those that play, and no others; the player hears why")
  func fewerStreams() async throws {
    try await withStage { stage async throws in
      try await tell(stage, streams: 4, maxHeight: 1080)
      var playing: [PlaybackSession] = []
      for _ in 0..<4 {
        playing.append(try await stage.start())
        stage.time.pass(.seconds(1))
      }
      let other = try await stage.start(by: PlaybackStage.viewer("other", account: AccountID(seed: "other")))
      try await tell(stage, streams: 2, maxHeight: 1080)
      let ended = try stage.told(PlaybackEnded.self)
      #expect(ended.map(\.sessionId) == [playing[2].id, playing[3].id])
      #expect(ended.allSatisfy { $0.reason == .planChanged })
      #expect(try await stage.beat(playing[3], at: 5) == .stop(.planChanged, at: stage.time.now))
      for session in playing[..<2] {
        guard case .goOn = try await stage.beat(session, at: 5) else {
          Issue.record("a stream within the plan was stopped")
          return
        }
      }
      _ = try await stage.beat(other, at: 5, account: AccountID(seed: "other"))
      await #expect(throws: PlaybackError.tooManyStreams(limit: 2)) { try await stage.start() }
      // Heard twice, nothing more ends.
      try await tell(stage, streams: 2, maxHeight: 1080)
      #expect(try stage.told(PlaybackEnded.self).count == 2)
    }
  }

  @Test("A lower height ends what was opened sharper, and only that; started anew it plays on, less sharp")
  func lowerHeight() async throws {
    try await withStage { stage async throws in
      try await tell(stage, streams: 4, maxHeight: 1080)
      let sharp = try await stage.start()
      let phone = try await stage.start(maxHeight: 720)
      try await stage.beat(sharp, at: 100)
      try await tell(stage, streams: 4, maxHeight: 720)
      #expect(try stage.told(PlaybackEnded.self).map(\.sessionId) == [sharp.id])
      guard case .goOn = try await stage.beat(phone, at: 5) else {
        Issue.record("a stream within the plan was stopped")
        return
      }
      #expect(try await stage.start().maxHeight == 720)
    }
  }

  @Test("A larger plan ends nothing, and a silent player takes no stream from one that plays")
  func largerAndSilent() async throws {
    try await withStage { stage async throws in
      try await tell(stage, streams: 2, maxHeight: 720)
      let silent = try await stage.start()
      stage.time.pass(.seconds(20))
      let playing = try await stage.start()
      try await tell(stage, streams: 3, maxHeight: 2160)
      #expect(try stage.told(PlaybackEnded.self).isEmpty)
      stage.time.pass(.seconds(11))
      try await tell(stage, streams: 1, maxHeight: 720)
      #expect(try stage.told(PlaybackEnded.self).map(\.sessionId).contains(playing.id) == false)
      guard case .goOn = try await stage.beat(playing, at: 5) else {
        Issue.record("the one that plays was stopped for \(silent.id), which is silent")
        return
      }
    }
  }

  @Test("An event of a version that told the plan's name alone changes no allowance")
  func nameAlone() async throws {
    try await withStage { stage async throws in
      let account = PlaybackStage.account
      try await stage.hear(
        AccountCreated(accountId: account, plan: .basic, country: "DE"), from: "/accounts", subject: "\(account)")
      #expect(try await stage.start().maxHeight == stage.settings.maxHeightByDefault)
      try await tell(stage, streams: 1, maxHeight: 2160)
      try await stage.hear(
        AccountCreated(accountId: account, plan: .basic, country: "DE"), from: "/accounts", subject: "\(account)")
      await #expect(throws: PlaybackError.tooManyStreams(limit: 1)) { try await stage.start() }
    }
  }

  @Test("Sessions from before heights were capped are there after the upgrade, and end with the first event of a plan")
  func upgrade() async throws {
    try await withTemporaryFolder("upgrade") { folder in
      let name = "what plans give, and the height of sessions"
      let before = Array(PlaybackSchema.all.prefix { $0.name != name })
      #expect(before.count < PlaybackSchema.all.count)
      let session = PlaybackSessionID(seed: "old")
      let old = try ServiceDatabase(path: "\(folder)/playback.db", migrations: before)
      try await old.write { db in
        try db.execute(
          """
          INSERT INTO sessions (
            id, account_id, profile_id, title_id, viewing_id, duration_seconds, position_seconds, started_at,
            heartbeat_at, media_expires_at)
          VALUES (?, ?, ?, ?, 1, 600, 42, 1, 1, 1)
          """, session, PlaybackStage.account, PlaybackStage.viewer.profile, PlaybackStage.film)
      }
      old.close()

      let stage = try PlaybackStage(folder: folder)
      defer { stage.database.close() }
      let open = try stage.database.read { try SessionStore.open(of: PlaybackStage.account, limit: 10, in: $0) }
      #expect(open == [OpenSession(id: session, maxHeight: nil)])
      try await tell(stage, streams: 4, maxHeight: 2160)
      let ended = try stage.told(PlaybackEnded.self)
      #expect(ended.map(\.sessionId) == [session] && ended.map(\.reason) == [.planChanged])
      #expect(ended.map(\.positionSeconds) == [42])
    }
  }

  @Test("A projection that is made anew from accounts' snapshot is the one from its events")
  func rebuilt() async throws {
    try await withStage { stage async throws in
      try await tell(stage, streams: 1, maxHeight: 720)
      let account = PlaybackStage.account
      let line = AccountsSnapshotLine(
        account: AccountCreated(
          accountId: account, plan: .standard, country: "DE",
          entitlements: Entitlements(streams: 1, maxHeight: 720, profiles: 5, downloads: false)))
      let rebuild = stage.playback.accounts.rebuild
      let allowances = try await stage.database.write { db in
        let before = try TitleStore.allowance(of: account, in: db)
        try rebuild.reset(db)
        let between = try TitleStore.allowance(of: account, in: db)
        try rebuild.restore?("/accounts", JSON.encode(line), db)
        return [before, between, try TitleStore.allowance(of: account, in: db)]
      }
      #expect(allowances[0] == PlaybackAllowance(streams: 1, maxHeight: 720))
      #expect(allowances[1] == nil && allowances[2] == allowances[0])
    }
  }
}
