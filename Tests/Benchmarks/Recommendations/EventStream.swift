import CatalogAPI
import Contract
import PlaybackAPI

@testable import EventKit

/// Events as a service's outbox would write them, one after the other.
struct EventStream: Sendable {
  let source: String
  let epoch: String

  func titleChanged(_ title: Title, seq: Int64) throws -> Event {
    let header = header(TitleChanged.type, subject: title.id.description, at: title.createdAt, seq: seq)
    return try Event(header: header, data: JSON.encode(TitleChanged(title: title)))
  }

  static let eventsOfSession = 4

  /// A session as playback tells of it, sealed under the account's key: begun, twice on the way, ended.
  func session(
    of watch: InventedAudience.Watch, _ index: Int, in audience: InventedAudience, first: Int64
  ) throws -> [Event] {
    let (session, profile) = (PlaybackSessionID(seed: "session \(first)"), audience.profile(index))
    let (account, title) = (audience.account(ofProfile: index), audience.title(watch.title))
    func sealed(_ body: some PersonalEventBody, _ offset: Int64) throws -> Event {
      let header = header(
        type(of: body).type, subject: profile.description, at: watch.at, seq: first + offset, account: account)
      return try Event(header: header, data: EventSeal.data(of: body, under: KeyDesk.key(of: account), in: header))
    }
    func progressed(_ share: Double) -> PlaybackProgressed {
      PlaybackProgressed(
        sessionId: session, profileId: profile, titleId: title, positionSeconds: share * watch.watchedSeconds,
        durationSeconds: InventedAudience.runtimeSeconds, watchedSeconds: share * watch.watchedSeconds,
        state: .playing, at: watch.at)
    }
    return [
      try sealed(
        PlaybackStarted(
          sessionId: session, profileId: profile, accountId: account, titleId: title, startedAt: watch.at), 0),
      try sealed(progressed(0.3), 1),
      try sealed(progressed(0.6), 2),
      try sealed(
        PlaybackEnded(
          sessionId: session, profileId: profile, titleId: title, positionSeconds: watch.watchedSeconds,
          durationSeconds: InventedAudience.runtimeSeconds, watchedSeconds: watch.watchedSeconds, reason: .stopped,
          mediaExpiresAt: watch.at, at: watch.at), 3),
    ]
  }

  private func header(
    _ type: String, subject: String, at time: Timestamp, seq: Int64, account: AccountID? = nil
  ) -> EventHeader {
    EventHeader(
      id: EventID(seed: "\(source) \(seq)"), source: source, type: type, subject: subject, time: time, seq: seq,
      epoch: epoch, traceparent: nil, account: account)
  }
}
