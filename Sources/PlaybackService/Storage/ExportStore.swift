package import Contract
package import PlaybackAPI
package import StorageKit

/// All SQL of taking a profile's data away. Every list is bounded by the titles there are, by settings, or by the
/// retention of sessions; at the bound the export fails rather than leaves something out.
package enum ExportStore {
  package static let rowLimit = 50_000

  package static func export(of profile: ProfileID, account: AccountID, in db: SQLSession) throws -> PlaybackExport {
    let history = try db.rows(
      """
      SELECT title_id, position_seconds, duration_seconds, watched_seconds, last_watched_at
      FROM viewings WHERE profile_id = ? AND last_watched_at > 0 ORDER BY last_watched_at DESC, id DESC LIMIT ?
      """, profile, rowLimit
    ) { row in
      HistoryEntry(
        titleId: try row.id(0), positionSeconds: row.double(1), durationSeconds: row.double(2),
        watchedSeconds: row.double(3), lastWatchedAt: row.time(4))
    }
    let list = try db.rows(
      "SELECT title_id, added_at FROM list_entries WHERE profile_id = ? ORDER BY added_at DESC, id DESC LIMIT ?",
      profile, rowLimit
    ) { ListEntry(titleId: try $0.id(0), addedAt: $0.time(1)) }
    let ratings = try db.rows(
      "SELECT title_id, thumbs, rated_at FROM ratings WHERE profile_id = ? ORDER BY title_id LIMIT ?", profile, rowLimit
    ) { PlaybackExport.Rated(titleId: try $0.id(0), thumbs: try $0.choice(1), ratedAt: $0.time(2)) }
    // By sessions_of_profile.
    let sessions = try db.rows(
      """
      SELECT id, title_id, started_at, ended_at FROM sessions WHERE profile_id = ? AND account_id = ?
      ORDER BY id DESC LIMIT ?
      """, profile, account, rowLimit
    ) { row in
      PlaybackExport.Session(
        id: try row.id(0), titleId: try row.id(1), startedAt: row.time(2), endedAt: row.timeOrNil(3))
    }
    for count in [history.count, list.count, ratings.count, sessions.count] where count >= rowLimit {
      throw Problem.unavailable("There is more than one export can hold.")
    }
    return PlaybackExport(history: history, list: list, ratings: ratings, playbackSessions: sessions)
  }
}
