import AccountsAPI
import CatalogAPI
import Contract
import PlaybackAPI
import PlaybackService
import StorageKit
import Testing

@Suite("What playback hears")
struct ConsumerTests {
  private func title(_ id: TitleID, _ video: PlayableVideo?, maturity: MaturityRating = .all) -> TitleChanged {
    TitleChanged(
      title: Title(
        id: id, kind: .film, name: "Film", year: 2020, synopsis: "", language: "en", countries: ["DE"],
        maturity: maturity, runtimeSeconds: 100, genres: [], directors: [], cast: [], licence: "CC-BY", video: video,
        createdAt: Timestamp(milliseconds: 1)))
  }

  @Test("A title becomes playable when catalog says so, and follows its changes")
  func titles() async throws {
    try await withStage { stage async throws in
      let id = TitleID(seed: "new")
      try await stage.hear(title(id, nil), from: "/catalog", subject: "\(id)")
      await #expect(throws: PlaybackError.notPlayable) { try await stage.start(id) }
      let video = PlayableVideo(assetId: PlaybackStage.asset, durationSeconds: 42, maxHeight: 720)
      try await stage.hear(title(id, video), from: "/catalog", subject: "\(id)")
      #expect(try await stage.start(id).durationSeconds == 42)
      try await stage.hear(title(id, video, maturity: .eighteen), from: "/catalog", subject: "\(id)")
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(id) }
    }
  }

  @Test("A session names what can be heard and where each track of subtitles lies")
  func tracks() async throws {
    try await withStage { stage async throws in
      let id = TitleID(seed: "new")
      let tracks = MediaTracks(
        audio: [SoundTrack(language: "de", name: "Deutsch", role: .main)],
        subtitles: [
          TextTrack(
            language: "en", name: "English", kind: .captions, isForced: false, file: "text/en/subtitles.vtt")
        ])
      let video = PlayableVideo(
        assetId: PlaybackStage.asset, durationSeconds: 42, maxHeight: 720, tracks: tracks)
      try await stage.hear(title(id, video), from: "/catalog", subject: "\(id)")
      let session = try await stage.start(id)
      #expect(session.audio == tracks.audio)
      let text = try #require(session.subtitles.first)
      #expect(text.language == "en" && text.kind == .captions && text.name == "English")
      #expect(text.url == session.manifests.hls.replacing("master.m3u8", with: "text/en/subtitles.vtt"))
    }
  }

  @Test("A deleted profile leaves no history, and its sessions end")
  func profileDeleted() async throws {
    try await withStage { stage async throws in
      let viewer = PlaybackStage.viewer
      let playing = try await stage.start()
      try await stage.beat(playing, at: 30)
      let stopped = try await stage.start()
      try await stage.stop(stopped)
      let sibling = try await stage.start(by: PlaybackStage.viewer("sibling"))
      try await stage.hear(
        ProfileDeleted(profileId: viewer.profile, accountId: viewer.account), from: "/accounts",
        subject: "\(viewer.profile)")
      #expect(try stage.history().isEmpty)
      #expect(try await stage.beat(playing, at: 40) == .stop(.profileDeleted, at: stage.time.now))
      guard case .goOn = try await stage.beat(sibling, at: 5) else {
        Issue.record("the sibling was stopped")
        return
      }
      #expect(try stage.told(PlaybackEnded.self).map(\.reason) == [.stopped, .profileDeleted])
      // With the last media token the last trace goes.
      stage.time.pass(.seconds(14_401))
      try await stage.playback.sweep.prune()
      let left = try await stage.database.write { db in
        try db.first("SELECT count(*) FROM sessions WHERE profile_id = ?", viewer.profile) { $0.int(0) }
      }
      #expect(left == 0)
    }
  }

  @Test("An erased account leaves nothing of any of its profiles but ended sessions without a title")
  func accountErased() async throws {
    try await withStage { stage async throws in
      let other = PlaybackStage.viewer("other", account: AccountID(seed: "other"))
      let profiles = ["profile", "sibling"].map { PlaybackStage.viewer($0).profile }
      for viewer in [PlaybackStage.viewer, PlaybackStage.viewer("sibling"), other] {
        try await stage.beat(try await stage.start(by: viewer), at: 30, account: viewer.account)
      }
      try await stage.hear(
        AccountErased(accountId: PlaybackStage.account, profileIds: profiles, at: stage.time.now), from: "/accounts",
        subject: "\(PlaybackStage.account)")
      #expect(try stage.told(PlaybackEnded.self).map(\.reason) == [.profileDeleted, .profileDeleted])
      let left = try stage.database.read { db in
        try db.rows(
          """
          SELECT 'viewing ' || title_id FROM viewings WHERE profile_id IN (?, ?)
          UNION ALL SELECT 'session ' || title_id FROM sessions WHERE account_id = ? LIMIT 100
          """, profiles[0], profiles[1], PlaybackStage.account
        ) { $0.text(0) }
      }
      #expect(left == ["session ", "session "])
      #expect(try stage.history(of: other).map(\.titleId) == [PlaybackStage.film])
    }
  }

  @Test("No event shows which title it is about; without a key it is told without one, and all goes on")
  func sealed() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      try await stage.beat(session, at: 30)
      #expect(try stage.told(PlaybackProgressed.self).map(\.positionSeconds) == [30])
      stage.sealing.drop()
      try await stage.stop(session)
      let told = try stage.told()
      #expect(told.map(\.header.account) == Array(repeating: PlaybackStage.account, count: 3))
      for event in told {
        #expect(!String(decoding: event.json, as: UTF8.self).contains(PlaybackStage.film.description))
      }
      let ended = try #require(try told.last?.body(PlaybackEnded.self))
      #expect(ended.titleId == nil && ended.durationSeconds == 0 && ended.sessionId == session.id)
      #expect(try stage.history().map(\.positionSeconds) == [30])
    }
  }

  @Test("A log-in that ends takes its sessions with it, and no others")
  func signedOut() async throws {
    try await withStage { stage async throws in
      let here = try await stage.start(by: PlaybackStage.viewer("profile", login: "here"))
      let there = try await stage.start(by: PlaybackStage.viewer("profile", login: "there"))
      try await stage.hear(
        LoginSessionEnded(
          loginSessionId: LoginSessionID(seed: "here"), accountId: PlaybackStage.account, reason: .signedOut),
        from: "/accounts", subject: "\(PlaybackStage.account)")
      #expect(try await stage.beat(here, at: 5) == .stop(.signedOut, at: stage.time.now))
      guard case .goOn = try await stage.beat(there, at: 5) else {
        Issue.record("the other log-in was stopped")
        return
      }
      #expect(try stage.told(PlaybackEnded.self).map(\.sessionId) == [here.id])
    }
  }

  @Test("A PIN ends what plays as the profile on other devices, and only that")
  func profileLocked() async throws {
    try await withStage { stage async throws in
      let here = try await stage.start(by: PlaybackStage.viewer("profile", login: "here"))
      let there = try await stage.start(by: PlaybackStage.viewer("profile", login: "there"))
      let sibling = try await stage.start(by: PlaybackStage.viewer("sibling", login: "there"))
      let profile = PlaybackStage.viewer.profile
      try await stage.hear(
        ProfileLocked(
          profileId: profile, accountId: PlaybackStage.account, loginSessionId: LoginSessionID(seed: "here")),
        from: "/accounts", subject: "\(profile)")
      #expect(try stage.told(PlaybackEnded.self).map(\.sessionId) == [there.id])
      #expect(try await stage.beat(there, at: 5) == .stop(.profileLocked, at: stage.time.now))
      for session in [here, sibling] {
        guard case .goOn = try await stage.beat(session, at: 5) else {
          Issue.record("\(session.id) was stopped")
          return
        }
      }
    }
  }

  @Test("Hearing the same twice changes nothing")
  func twice() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      for _ in 0..<2 {
        try await stage.hear(
          ProfileDeleted(profileId: PlaybackStage.viewer.profile, accountId: PlaybackStage.account),
          from: "/accounts", subject: "\(PlaybackStage.viewer.profile)")
      }
      #expect(try stage.told(PlaybackEnded.self).map(\.sessionId) == [session.id])
    }
  }

  @Test("Events of types it does not know are let be")
  func unknown() async throws {
    try await withStage { stage async throws in
      struct Novelty: EventBody {
        static let type = "accounts.novelty.v9"
        var field = 1
      }
      try await stage.hear(Novelty(), from: "/accounts", subject: "x")
      try await stage.hear(Novelty(), from: "/catalog", subject: "x")
    }
  }
}
