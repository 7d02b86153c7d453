import Contract
import PlaybackAPI
import Testing

@Suite struct EventGoldenTests {
  private static let ids = """
    "sessionId":"pbs_7f5xydq8jz7s8rqe0k2wn5k9m3","profileId":"prf_7f5xydq8jz7s8rqe0k2wn5k9m4",\
    "titleId":"ttl_7f5xydq8jz7s8rqe0k2wn5k9m5"
    """

  private func read<Body: EventBody>(_ type: Body.Type, _ fields: String) throws -> Body {
    let shipped = try JSON.decode(type, from: Array("{\(Self.ids),\(fields),\"somethingNew\":1}".utf8))
    return try JSON.decode(type, from: JSON.encode(shipped))
  }

  @Test("A session that started reads from the JSON that was shipped, and writes what others read")
  func started() throws {
    let event = try read(
      PlaybackStarted.self,
      #""accountId":"acc_7f5xydq8jz7s8rqe0k2wn5k9m6","startedAt":"2026-11-22T20:15:00.250Z""#)
    #expect(PlaybackStarted.type == "playback.session.started.v1")
    #expect("\(event.sessionId)" == "pbs_7f5xydq8jz7s8rqe0k2wn5k9m3")
    #expect("\(event.accountId)" == "acc_7f5xydq8jz7s8rqe0k2wn5k9m6")
    #expect("\(event.startedAt)" == "2026-11-22T20:15:00.250Z")
  }

  @Test("A session that went on reads from the JSON that was shipped, and writes what others read")
  func progressed() throws {
    let event = try read(
      PlaybackProgressed.self,
      #""positionSeconds":12.5,"durationSeconds":600,"watchedSeconds":10,"state":"paused","at":"2026-11-22T20:15:00Z""#)
    #expect(PlaybackProgressed.type == "playback.session.progressed.v1")
    #expect(event.positionSeconds == 12.5 && event.durationSeconds == 600 && event.watchedSeconds == 10)
    #expect(event.state == .paused)
  }

  @Test(
    "A session that ended reads from the JSON that was shipped, and writes what others read",
    arguments: ["stopped", "ended", "leaseExpired", "profileDeleted", "signedOut", "planChanged"])
  func ended(_ reason: String) throws {
    let event = try read(
      PlaybackEnded.self,
      #""positionSeconds":1,"durationSeconds":2,"watchedSeconds":1,"reason":"\#(reason)","#
        + #""mediaExpiresAt":"2026-11-23T00:15:00Z","at":"2026-11-22T20:15:00Z""#)
    #expect(PlaybackEnded.type == "playback.session.ended.v1")
    #expect(event.reason.rawValue == reason && "\(event.mediaExpiresAt)" == "2026-11-23T00:15:00.000Z")
  }

  private static let listIDs = """
    "profileId":"prf_7f5xydq8jz7s8rqe0k2wn5k9m4","accountId":"acc_7f5xydq8jz7s8rqe0k2wn5k9m6",\
    "titleId":"ttl_7f5xydq8jz7s8rqe0k2wn5k9m5","at":"2026-11-23T02:15:00Z"
    """

  private func readListed<Body: EventBody>(_ type: Body.Type, _ fields: String) throws -> Body {
    let shipped = try JSON.decode(type, from: Array("{\(Self.listIDs)\(fields),\"somethingNew\":1}".utf8))
    return try JSON.decode(type, from: JSON.encode(shipped))
  }

  @Test("A changed list reads from the JSON that was shipped, and writes what others read")
  func listChanged() throws {
    let event = try readListed(ListChanged.self, #","isListed":true"#)
    #expect(ListChanged.type == "playback.list.changed.v1")
    #expect(event.isListed && event.titleId?.description == "ttl_7f5xydq8jz7s8rqe0k2wn5k9m5")
    #expect("\(event.accountId)" == "acc_7f5xydq8jz7s8rqe0k2wn5k9m6")
  }

  @Test("Changed thumbs read from the JSON that was shipped, and write what others read", arguments: Thumbs.allCases)
  func ratingChanged(_ thumbs: Thumbs) throws {
    let event = try readListed(RatingChanged.self, #","thumbs":"\#(thumbs.rawValue)""#)
    #expect(RatingChanged.type == "playback.rating.changed.v1")
    #expect(event.thumbs == thumbs)
    #expect(try readListed(RatingChanged.self, "").thumbs == nil)
    #expect(Thumbs.allCases.map(\.rawValue) == ["down", "up", "love"])
  }

  @Test("A hidden viewing reads from the JSON that was shipped, and writes what others read")
  func viewingHidden() throws {
    let event = try readListed(ViewingHidden.self, "")
    #expect(ViewingHidden.type == "playback.viewing.hidden.v1")
    #expect("\(event.profileId)" == "prf_7f5xydq8jz7s8rqe0k2wn5k9m4" && "\(event.at)" == "2026-11-23T02:15:00.000Z")
  }
}
