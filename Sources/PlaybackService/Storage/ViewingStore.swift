package import Contract
package import PlaybackAPI
package import StorageKit

/// Where a list of viewings goes on: behind the last one shown.
package struct HistoryCursor: Sendable, Equatable {
  package let lastWatchedAt: Timestamp
  package let viewing: Int64

  package init(lastWatchedAt: Timestamp, viewing: Int64) {
    self.lastWatchedAt = lastWatchedAt
    self.viewing = viewing
  }
}

/// All SQL about what profiles have watched.
package enum ViewingStore {
  /// The viewing of a title by a profile, made where there is none, and where it stopped.
  package static func begin(
    _ title: TitleID, by profile: ProfileID, durationSeconds: Double, in db: SQLSession
  ) throws -> (viewing: Int64, positionSeconds: Double) {
    try db.execute(
      """
      INSERT INTO viewings (profile_id, title_id, position_seconds, duration_seconds, watched_seconds, last_watched_at)
      VALUES (?, ?, 0, ?, 0, 0)
      ON CONFLICT (profile_id, title_id) DO UPDATE SET duration_seconds = excluded.duration_seconds
      """, profile, title, durationSeconds)
    let found = try db.first(
      "SELECT id, position_seconds FROM viewings WHERE profile_id = ? AND title_id = ?", profile, title
    ) { row in (viewing: row.int64(0), positionSeconds: row.double(1)) }
    return found ?? (viewing: 0, positionSeconds: 0)
  }

  /// A heartbeat: where the player is, and how much more was watched.
  package static func advance(
    _ viewing: Int64, to positionSeconds: Double, watchedSeconds: Double, at now: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      UPDATE viewings SET position_seconds = ?, watched_seconds = watched_seconds + ?, last_watched_at = ?
      WHERE id = ?
      """, positionSeconds, watchedSeconds, now, viewing)
  }

  package static func watchedSeconds(_ viewing: Int64, in db: SQLSession) throws -> Double {
    try db.first("SELECT watched_seconds FROM viewings WHERE id = ?", viewing) { row in row.double(0) } ?? 0
  }

  package static func erase(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM viewings WHERE profile_id = ?", profile)
  }

  /// As if the title had not been watched so far; false where it had not. The row stays, for a session that is open
  /// on it and may go on.
  package static func hide(_ title: TitleID, of profile: ProfileID, in db: SQLSession) throws -> Bool {
    try db.execute(
      """
      UPDATE viewings SET position_seconds = 0, watched_seconds = 0, last_watched_at = 0
      WHERE profile_id = ? AND title_id = ? AND last_watched_at > 0
      """, profile, title) > 0
  }

  /// What everyone has watched, for the snapshot, a page at a time.
  package static func all(
    after id: Int64, limit: Int, in db: SQLSession
  ) throws -> [(id: Int64, viewing: PlaybackSnapshotLine.Viewing)] {
    try db.rows(
      """
      SELECT id, profile_id, title_id, position_seconds, duration_seconds, watched_seconds, last_watched_at
      FROM viewings WHERE id > ? AND last_watched_at > 0 ORDER BY id LIMIT ?
      """, id, limit
    ) { row in
      (
        id: row.int64(0),
        viewing: PlaybackSnapshotLine.Viewing(
          profileId: try row.id(1), titleId: try row.id(2), positionSeconds: row.double(3),
          durationSeconds: row.double(4), watchedSeconds: row.double(5), lastWatchedAt: row.time(6))
      )
    }
  }

  /// What a profile has watched that it may still see, latest first (index viewings_latest).
  package static func history(
    of profile: ProfileID, for audience: Audience, after cursor: HistoryCursor?, limit: Int, in db: SQLSession
  ) throws -> [(entry: HistoryEntry, viewing: Int64)] {
    try db.rows(
      """
      SELECT v.id, v.title_id, v.position_seconds, v.duration_seconds, v.watched_seconds, v.last_watched_at
      FROM viewings v JOIN titles t ON t.id = v.title_id
      WHERE v.profile_id = ? AND v.last_watched_at > 0 AND (v.last_watched_at, v.id) < (?, ?)
        AND t.minimum_age <= ? AND t.available_from <= ? AND t.available_until > ?
        AND (t.territories = '' OR instr(t.territories, ?) > 0)
      ORDER BY v.last_watched_at DESC, v.id DESC LIMIT ?
      """, profile, cursor?.lastWatchedAt ?? Timestamp(milliseconds: .max), cursor?.viewing ?? .max,
      audience.maturityLimit.minimumAge, audience.now, audience.now, audience.place.territoryPattern, limit
    ) { row in
      (
        entry: HistoryEntry(
          titleId: try row.id(1), positionSeconds: row.double(2), durationSeconds: row.double(3),
          watchedSeconds: row.double(4), lastWatchedAt: row.time(5)),
        viewing: row.int64(0)
      )
    }
  }

  /// Of the latest `window` viewings of a profile those that can be taken up again, latest first, at most `limit`
  /// (index viewings_latest): bounded work however long the history is. Ids stay text, for a hot path.
  package static func forEachResumePoint(
    of profile: ProfileID, for audience: Audience, rule: ResumeRule, window: Int, limit: Int,
    in db: SQLSession, _ body: (ResumePointRow) throws -> Void
  ) throws {
    try db.forEach(
      """
      SELECT v.title_id, v.position_seconds, v.duration_seconds, v.last_watched_at
      FROM (
        SELECT title_id, position_seconds, duration_seconds, last_watched_at FROM viewings
        WHERE profile_id = ? AND last_watched_at > 0 ORDER BY last_watched_at DESC, id DESC LIMIT ?) v
      JOIN titles t ON t.id = v.title_id
      WHERE t.minimum_age <= ? AND t.available_from <= ? AND t.available_until > ?
        AND (t.territories = '' OR instr(t.territories, ?) > 0)
        AND v.position_seconds BETWEEN v.duration_seconds * ? AND v.duration_seconds * ? AND v.position_seconds > 0
      ORDER BY v.last_watched_at DESC LIMIT ?
      """, profile, window, audience.maturityLimit.minimumAge, audience.now, audience.now,
      audience.place.territoryPattern, rule.fromShare, rule.untilShare, limit
    ) { row in
      try body(
        ResumePointRow(
          titleID: row.text(0), positionSeconds: row.double(1), durationSeconds: row.double(2), updatedAt: row.time(3)))
    }
  }
}

package struct ResumePointRow {
  package let titleID: String
  package let positionSeconds: Double
  package let durationSeconds: Double
  package let updatedAt: Timestamp
}
