import Contract
import PlaybackAPI
import PlaybackService
import Testing

@Suite("The rules of watching")
struct RuleTests {
  private static let start = Timestamp(milliseconds: 1_800_000_000_000)

  @Test(
    "Watched seconds grow with real playing, and with nothing else",
    arguments: [
      // from, to, seconds between, watched
      (0.0, 10.0, 10.0, 10.0),  // playing
      (0, 5, 10, 5),  // stalled half of the time
      (50, 50, 10, 0),  // paused
      (0, 20, 10, 20),  // at twice the speed
      (0, 600, 10, 0),  // jumped forward
      (600, 10, 10, 0),  // jumped back
      (0, 10, -3600, 0),  // the wall clock was set back
      (0, 11, 5, 10),  // a late report followed by a punctual one
      (0, 60, 86_400, 60),  // the wall clock was set forward: as much as a lease can have been played
      (0, 100, 86_400, 0),  // and no more
    ])
  func watched(_ from: Double, _ to: Double, _ seconds: Double, _ expected: Double) {
    let rule = WatchRule(fastestRate: 2, longestGapSeconds: 30)
    let watched = rule.watchedSeconds(
      from: from, at: Self.start, to: to, at: Self.start.adding(seconds: seconds))
    #expect(watched == expected)
  }

  @Test(
    "A title is resumed where it was left, but neither at its beginning nor in its credits",
    arguments: [(0.0, 0.0), (1.9, 0), (2, 2), (50, 50), (92, 92), (92.1, 0), (100, 0)])
  func resume(_ position: Double, _ expected: Double) {
    let rule = ResumeRule(fromShare: 0.02, untilShare: 0.92)
    #expect(rule.resumeAtSeconds(stoppedAt: position, of: 100) == expected)
    #expect(rule.resumeAtSeconds(stoppedAt: position, of: 0) == 0)
  }

  @Test("The first heartbeat, a change of state and every half minute of playing are news")
  func news() {
    let rule = ProgressNewsRule(playingSeconds: 30)
    func isNews(_ state: PlayerState, after seconds: Double, _ published: PlayerState?) -> Bool {
      rule.isNews(
        state, at: Self.start.adding(seconds: seconds),
        after: published.map { PublishedProgress(state: $0, at: Self.start) })
    }
    #expect(isNews(.playing, after: 0, nil))
    #expect(!isNews(.playing, after: 29.9, .playing))
    #expect(isNews(.playing, after: 30, .playing))
    #expect(isNews(.paused, after: 10, .playing))
    #expect(!isNews(.paused, after: 3600, .paused))
    #expect(!isNews(.buffering, after: 0.5, .playing), "flapping is heard once a second")
    #expect(isNews(.ended, after: 0.5, .playing))
    #expect(isNews(.playing, after: -3600, .playing), "a clock that was set back silences nobody")
  }
}
