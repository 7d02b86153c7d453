import Contract
import PlaybackAPI
import TestKit
import Testing

/// What others read of playback: the files in `Golden` are what was shipped.
@Suite struct EventGoldenTests {
  @Test("A session that started reads and writes as it was shipped")
  func started() throws {
    let event = try Golden.event(PlaybackStarted.self)
    #expect("\(event.sessionId)" == "pbs_7f5xydq8jz7s8rqe0k2wn5k9m3")
    #expect("\(event.accountId)" == "acc_7f5xydq8jz7s8rqe0k2wn5k9m6")
    #expect("\(event.startedAt)" == "2026-11-22T20:15:00.250Z")
  }

  @Test("A session that went on reads and writes as it was shipped")
  func progressed() throws {
    let event = try Golden.event(PlaybackProgressed.self)
    #expect(event.positionSeconds == 12.5 && event.durationSeconds == 600 && event.watchedSeconds == 10)
    #expect(event.state == .paused)
  }

  @Test("A session that ended reads and writes as it was shipped")
  func ended() throws {
    let event = try Golden.event(PlaybackEnded.self)
    #expect(event.reason == .leaseExpired && "\(event.mediaExpiresAt)" == "2026-11-23T00:15:00.000Z")
  }

  @Test(
    "Every reason for an end that was shipped is still read",
    arguments: ["stopped", "ended", "leaseExpired", "profileDeleted", "signedOut", "planChanged", "profileLocked"])
  func reasons(_ reason: String) {
    #expect(PlaybackEnded.Reason(rawValue: reason) != nil)
  }

  @Test("A changed list reads and writes as it was shipped")
  func listChanged() throws {
    let event = try Golden.event(ListChanged.self)
    #expect(event.isListed && event.titleId?.description == "ttl_7f5xydq8jz7s8rqe0k2wn5k9m5")
    #expect("\(event.accountId)" == "acc_7f5xydq8jz7s8rqe0k2wn5k9m6")
  }

  @Test("Changed thumbs read and write as they were shipped, and each of them is still read")
  func ratingChanged() throws {
    #expect(try Golden.event(RatingChanged.self).thumbs == .love)
    #expect(Thumbs.allCases.map(\.rawValue) == ["down", "up", "love"])
  }

  @Test("A hidden viewing reads and writes as it was shipped")
  func viewingHidden() throws {
    let event = try Golden.event(ViewingHidden.self)
    #expect("\(event.profileId)" == "prf_7f5xydq8jz7s8rqe0k2wn5k9m4" && "\(event.at)" == "2026-11-23T02:15:00.000Z")
  }
}
