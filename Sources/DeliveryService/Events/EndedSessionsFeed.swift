import Contract
package import EventKit
import PlaybackAPI
package import ServerKit

/// Keeps ``EndedSessions`` up to date: playback's snapshot first, then its events as they come.
package enum EndedSessionsFeed {
  package static func make(_ context: ServiceContext, into ended: EndedSessions) throws -> ViewFeed {
    let clock = context.clock
    return try ViewFeed(
      context, name: "delivery-ended-sessions", source: "/playback",
      reset: { snapshot in
        var sessions: [PlaybackSessionID: Timestamp] = [:]
        for line in snapshot.lines {
          guard let session = try JSON.decode(PlaybackSnapshotLine.self, from: line).endedSession else { continue }
          sessions[session.sessionId] = session.mediaExpiresAt
        }
        ended.replace(with: sessions, now: clock.now())
      },
      apply: { event in
        guard let session = try event.body(PlaybackEnded.self) else { return }
        ended.insert(session.sessionId, mediaExpiresAt: session.mediaExpiresAt, now: clock.now())
      })
  }
}
