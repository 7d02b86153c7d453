import Contract
import PlaybackAPI
import PlaybackService
import SecurityKit
import StorageKit
import Testing

@Suite("Starting to play")
struct StartTests {
  @Test("A start opens a session with signed addresses of the title's asset")
  func start() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      #expect(session.titleId == PlaybackStage.film)
      #expect(session.durationSeconds == 600 && session.resumeAtSeconds == 0 && session.heartbeatSeconds == 10)
      #expect(session.leaseExpiresAt == stage.time.now.adding(seconds: 30))
      for (address, file) in [
        (session.manifests.hls, "master.m3u8"), (try #require(session.manifests.dash), "manifest.mpd"),
        (try #require(session.storyboard), "storyboard.vtt"),
      ] {
        let parts = address.split(separator: "/")
        #expect(parts.count == 4 && parts[0] == "media" && parts[2] == "\(PlaybackStage.asset)" && parts[3] == file)
        let token = try MediaToken.verify(
          parts[1], asset: PlaybackStage.asset, now: stage.time.now, keys: stage.keys)
        #expect(token.session == session.id && token.profile == PlaybackStage.viewer.profile)
        #expect(token.expires.seconds(since: stage.time.now) == 14_400)
      }
      let started = try stage.told(PlaybackStarted.self)
      #expect(started.map(\.sessionId) == [session.id] && started[0].accountId == PlaybackStage.account)
    }
  }

  @Test("What is unknown or above the maturity limit is not there; what has no film file is not playable")
  func refusals() async throws {
    try await withStage { stage async throws in
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(TitleID(seed: "unknown")) }
      await #expect(throws: PlaybackError.titleNotFound) { try await stage.start(PlaybackStage.grim) }
      await #expect(throws: PlaybackError.notPlayable) { try await stage.start(PlaybackStage.series) }
      await #expect(throws: PlaybackError.self) { try await stage.start(maxHeight: 0) }
      #expect(try stage.told().isEmpty)
      let grown = PlaybackStage.viewer("grown", limit: .eighteen)
      #expect(try await stage.start(PlaybackStage.grim, by: grown).titleId == PlaybackStage.grim)
    }
  }

  @Test("A fifth stream is refused while four are playing, and admitted when one stops")
  func limit() async throws {
    try await withStage { stage async throws in
      var playing: [PlaybackSession] = []
      for _ in 0..<4 { playing.append(try await stage.start()) }
      await #expect(throws: PlaybackError.tooManyStreams(limit: 4)) { try await stage.start() }
      // Another account is not concerned.
      _ = try await stage.start(by: PlaybackStage.viewer("other", account: AccountID(seed: "other")))
      try await stage.stop(playing[0])
      _ = try await stage.start()
    }
  }

  @Test("A stream whose player has gone silent makes room, without waiting for a sweep")
  func silentStreamsMakeRoom() async throws {
    try await withStage { stage async throws in
      var playing: [PlaybackSession] = []
      for _ in 0..<4 { playing.append(try await stage.start()) }
      stage.time.pass(.seconds(20))
      for session in playing.dropFirst() { try await stage.beat(session, at: 20) }
      stage.time.pass(.seconds(11))
      _ = try await stage.start()
      let ended = try stage.told(PlaybackEnded.self)
      #expect(ended.map(\.sessionId) == [playing[0].id] && ended[0].reason == .leaseExpired)
      await #expect(throws: PlaybackError.tooManyStreams(limit: 4)) { try await stage.start() }
    }
  }

  @Test("Of forty starts at once exactly as many succeed as there are streams")
  func race() async throws {
    try await withStage { stage async throws in
      let started = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<40 { group.addTask { (try? await stage.start()) != nil } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(started == 4)
      #expect(try stage.told(PlaybackStarted.self).count == 4)
    }
  }

  @Test("The same key gives the same session; with another request it is refused")
  func idempotency() async throws {
    try await withStage { stage async throws in
      let first = try await stage.start(key: "abc")
      stage.time.pass(.seconds(5))
      let again = try await stage.start(key: "abc")
      #expect(again.id == first.id && again.manifests.hls == first.manifests.hls)
      await #expect { try await stage.start(PlaybackStage.film, key: "abc", maxHeight: 720) } throws: { error in
        (error as? Problem)?.status == 422
      }
      #expect(try await stage.start(by: PlaybackStage.viewer("sibling"), key: "abc").id != first.id)
      #expect(try stage.told(PlaybackStarted.self).count == 2)
    }
  }

  @Test("A refused start leaves its key free")
  func refusedKey() async throws {
    try await withStage { stage async throws in
      await #expect(throws: PlaybackError.notPlayable) { try await stage.start(PlaybackStage.series, key: "abc") }
      try await stage.database.write { db in
        let video = KnownTitle.Video(asset: PlaybackStage.asset, durationSeconds: 60)
        try TitleStore.put(KnownTitle(maturity: .all, video: video), as: PlaybackStage.series, in: db)
      }
      #expect(try await stage.start(PlaybackStage.series, key: "abc").durationSeconds == 60)
    }
  }

  @Test("A title is taken up where it was left")
  func resume() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      try await stage.beat(session, at: 300)
      try await stage.stop(session)
      #expect(try await stage.start().resumeAtSeconds == 300)
      #expect(try await stage.start(by: PlaybackStage.viewer("sibling")).resumeAtSeconds == 0)
    }
  }
}
