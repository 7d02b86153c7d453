package import Contract
package import EventKit
package import PlaybackAPI
package import StorageKit

/// Closes sessions and tells the others, once each.
package struct EndPlaybackSession: Sendable {
  let outbox: Outbox

  package init(outbox: Outbox) {
    self.outbox = outbox
  }

  /// False where the session was closed before: then nothing is told.
  @discardableResult
  package func end(
    _ id: PlaybackSessionID, because reason: PlaybackEnded.Reason, at now: Timestamp, trace: TraceContext? = nil,
    in db: SQLSession
  ) throws -> Bool {
    guard try SessionStore.close(id, because: reason, at: now, in: db),
      let session = try SessionStore.identity(id, in: db)
    else { return false }
    try outbox.append(
      PlaybackEnded(
        sessionId: id, profileId: session.profile, titleId: session.title, positionSeconds: session.positionSeconds,
        durationSeconds: session.durationSeconds,
        watchedSeconds: try ViewingStore.watchedSeconds(session.viewing, in: db), reason: reason,
        mediaExpiresAt: session.mediaExpiresAt, at: now),
      of: session.account, subject: session.profile.description, in: db, trace: trace)
    return true
  }
}
