package import Contract
import PlaybackAPI
package import StorageKit

/// What all of playback's events so far have come to: first the ended sessions whose media addresses must not work,
/// then what everyone has watched, listed and given thumbs to.
package enum PlaybackSnapshot {
  private static let page = 1000

  /// Writes each line, a ``PlaybackSnapshotLine``, by `line`.
  package static func write(at now: Timestamp, in db: SQLSession, line: ([UInt8]) throws -> Void) throws {
    var session: EndedSession?
    while true {
      let sessions = try SessionStore.endedWithLivingMedia(at: now, after: session, limit: page, in: db)
      for ended in sessions {
        try line(
          JSON.encode(
            PlaybackSnapshotLine(endedSession: .init(sessionId: ended.id, mediaExpiresAt: ended.mediaExpiresAt))))
      }
      guard sessions.count == page else { break }
      session = sessions.last
    }
    var last: Int64 = 0
    while true {
      let viewings = try ViewingStore.all(after: last, limit: page, in: db)
      for (_, viewing) in viewings { try line(JSON.encode(PlaybackSnapshotLine(viewing: viewing))) }
      guard viewings.count == page, let end = viewings.last else { break }
      last = end.id
    }
    try ListStore.forEach(in: db) { try line(JSON.encode(PlaybackSnapshotLine(listed: $0))) }
    try RatingStore.forEach(in: db) { try line(JSON.encode(PlaybackSnapshotLine(rated: $0))) }
  }
}
