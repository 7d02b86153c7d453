import Contract
import PlaybackAPI
import PlaybackService
import StorageKit
import TestKit
import Testing

@Suite("Heartbeats")
struct HeartbeatTests {
  @Test("A heartbeat keeps the position, adds what was watched and prolongs the lease")
  func advance() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      for second in stride(from: 10.0, through: 60, by: 10) {
        stage.time.pass(.seconds(10))
        let outcome = try await stage.beat(session, at: second)
        #expect(outcome == .goOn(leaseExpiresAt: stage.time.now.adding(seconds: 30)))
      }
      let entry = try #require(try stage.history().first)
      #expect(entry.positionSeconds == 60 && entry.watchedSeconds == 60 && entry.durationSeconds == 600)
      #expect(entry.lastWatchedAt == stage.time.now)
    }
  }

  @Test("A jump moves the position and counts for nothing")
  func jump() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      stage.time.pass(.seconds(10))
      try await stage.beat(session, at: 500)
      stage.time.pass(.seconds(10))
      try await stage.beat(session, at: 510)
      #expect(try stage.history().map(\.watchedSeconds) == [10])
      #expect(try stage.history().map(\.positionSeconds) == [510])
    }
  }

  @Test("What was watched adds up over sessions")
  func sessions() async throws {
    try await withStage { stage async throws in
      for _ in 0..<2 {
        let session = try await stage.start()
        stage.time.pass(.seconds(10))
        try await stage.beat(session, at: session.resumeAtSeconds + 10)
        stage.time.pass(.seconds(10))
        try await stage.beat(session, at: session.resumeAtSeconds + 20)
        try await stage.stop(session)
      }
      #expect(try stage.history().map(\.watchedSeconds) == [40])
      #expect(try stage.told(PlaybackEnded.self).map(\.watchedSeconds) == [20, 40])
    }
  }

  @Test(
    "A position outside the programme is refused and changes nothing",
    arguments: [-0.1, 605.1, .infinity, .nan, 1e300])
  func outside(_ position: Double) async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      await #expect(throws: PlaybackError.self) { try await stage.beat(session, at: position) }
      #expect(try stage.history().isEmpty)
      #expect(try stage.told(PlaybackProgressed.self).isEmpty)
    }
  }

  @Test("A position a little beyond the end is the end")
  func tolerance() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      try await stage.beat(session, at: 604)
      #expect(try stage.history().map(\.positionSeconds) == [600])
    }
  }

  @Test("Another account's session is not there, nor is one that never was")
  func foreign() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      let stranger = AccountID(seed: "stranger")
      await #expect(throws: PlaybackError.sessionNotFound) { try await stage.beat(session, at: 1, account: stranger) }
      await #expect(throws: PlaybackError.sessionNotFound) { try await stage.stop(session, account: stranger) }
      #expect(try stage.told(PlaybackEnded.self).isEmpty)
    }
  }

  @Test("The first heartbeat, changes of state and every half minute are told, and nothing else")
  func news() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      for beat in 1...12 {  // two minutes
        stage.time.pass(.seconds(10))
        try await stage.beat(session, at: Double(beat) * 10)
      }
      #expect(try stage.told(PlaybackProgressed.self).map(\.positionSeconds) == [10, 40, 70, 100])
      stage.time.pass(.seconds(5))
      try await stage.beat(session, at: 125, .paused)
      stage.time.pass(.seconds(20))
      try await stage.beat(session, at: 125, .paused)
      let told = try stage.told(PlaybackProgressed.self)
      #expect(told.map(\.state) == [.playing, .playing, .playing, .playing, .paused])
      #expect(told.last?.positionSeconds == 125 && told.last?.watchedSeconds == 125)
    }
  }

  @Test("A programme that ends closes its session")
  func ended() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      try await stage.beat(session, at: 599, .playing)
      stage.time.pass(.seconds(1))
      #expect(try await stage.beat(session, at: 600, .ended) == .stop(.ended, at: stage.time.now))
      #expect(try await stage.beat(session, at: 600, .ended) == .stop(.ended, at: stage.time.now))
      #expect(try stage.told(PlaybackProgressed.self).map(\.state) == [.playing, .ended])
      #expect(try stage.told(PlaybackEnded.self).map(\.reason) == [.ended])
      #expect(try await stage.start().resumeAtSeconds == 0)
    }
  }

  @Test("Stopping twice ends once")
  func stopTwice() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      try await stage.stop(session)
      try await stage.stop(session)
      #expect(try stage.told(PlaybackEnded.self).map(\.reason) == [.stopped])
      #expect(try await stage.beat(session, at: 1) == .stop(.stopped, at: stage.time.now))
    }
  }
}

@Suite("Expiring leases")
struct LeaseExpiryTests {
  @Test("A session that missed its heartbeats is ended once, and its player is told to stop")
  func sweep() async throws {
    try await withStage { stage async throws in
      let silent = try await stage.start()
      let alive = try await stage.start()
      stage.time.pass(.seconds(20))
      try await stage.beat(alive, at: 20)
      stage.time.pass(.seconds(10))
      #expect(try await stage.playback.sweep.closeExpired() == 1)
      #expect(try await stage.playback.sweep.closeExpired() == 0)
      let ended = try stage.told(PlaybackEnded.self)
      #expect(ended.map(\.sessionId) == [silent.id] && ended[0].reason == .leaseExpired)
      #expect(ended[0].mediaExpiresAt.seconds(since: stage.time.now) > 14_000)
      #expect(try await stage.beat(silent, at: 30) == .stop(.leaseExpired, at: stage.time.now))
      #expect(stage.playback.leases.count == 1)
    }
  }

  @Test("A wall clock that is set, either way, ends nothing and answers go on")
  func wallClock() async throws {
    try await withStage { stage async throws in
      let session = try await stage.start()
      for jump: Double in [400 * 86_400, -800 * 86_400, 7200] {
        stage.time.setWallClock(forwardBy: jump)
        #expect(try await stage.playback.sweep.closeExpired() == 0)
        guard case .goOn = try await stage.beat(session, at: 5) else {
          Issue.record("stopped after \(jump) s")
          return
        }
      }
      #expect(try stage.history().map(\.watchedSeconds) == [5])
    }
  }

  @Test("After a restart every open session has its whole lease again")
  func restart() async throws {
    try await withTemporaryFolder("playback") { folder in
      let before = try PlaybackStage(folder: folder)
      try await before.knowTitles()
      let session = try await before.start()
      let stopped = try await before.start()
      try await before.stop(stopped)
      before.database.close()

      let after = try PlaybackStage(folder: folder)
      #expect(after.playback.leases.count == 1)
      after.time.pass(.seconds(29))
      guard case .goOn = try await after.beat(session, at: 5) else {
        Issue.record("the lease was not granted anew")
        return
      }
      after.time.pass(.seconds(31))
      #expect(try await after.playback.sweep.closeExpired() == 1)
      after.database.close()
    }
  }

  @Test("Ended sessions are forgotten after a week, not before their media tokens have expired")
  func prune() async throws {
    try await withStage(settings: ["PLAYBACK_SESSION_RETENTION_HOURS": "24"]) { stage async throws in
      let old = try await stage.start()
      try await stage.stop(old)
      stage.time.pass(.seconds(23 * 3600))
      let young = try await stage.start(key: "k")
      try await stage.stop(young)
      stage.time.pass(.seconds(3601))
      try await stage.playback.sweep.prune()
      await #expect(throws: PlaybackError.sessionNotFound) { try await stage.beat(old, at: 1) }
      #expect(try await stage.beat(young, at: 1) == .stop(.stopped, at: stage.time.now))
    }
  }
}
