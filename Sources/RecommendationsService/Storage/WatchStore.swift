import Contract
import StorageKit

/// All SQL about what profiles watched.
enum WatchStore {
  /// The profile's latest watches; served by `watch_by_time` alone.
  static func latest(of profile: ProfileID, limit: Int, in db: SQLSession) throws -> [Watch] {
    try db.rows(
      """
      SELECT title, position_seconds, duration_seconds, watched_seconds, last_at FROM watch
      WHERE profile = ? ORDER BY last_at DESC, title LIMIT ?
      """, profile, limit,
      as: { row in
        Watch(
          title: TitleNumber(row.int(0)), positionSeconds: row.double(1), durationSeconds: row.double(2),
          watchedSeconds: row.double(3), lastAt: row.time(4))
      })
  }

  /// The profile began `title`; where it was stays as it is until playback tells.
  static func begin(_ title: TitleNumber, by profile: ProfileID, at time: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO watch (profile, title, position_seconds, duration_seconds, watched_seconds, last_at)
      VALUES (?, ?, 0, 0, 0, ?)
      ON CONFLICT (profile, title) DO UPDATE SET last_at = max(last_at, excluded.last_at)
      """, profile, Int(title), time)
  }

  static func set(_ watch: Watch, by profile: ProfileID, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO watch (profile, title, position_seconds, duration_seconds, watched_seconds, last_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (profile, title) DO UPDATE SET position_seconds = excluded.position_seconds,
        duration_seconds = excluded.duration_seconds, watched_seconds = excluded.watched_seconds,
        last_at = max(last_at, excluded.last_at)
      """,
      profile, Int(watch.title), watch.positionSeconds, watch.durationSeconds, watch.watchedSeconds, watch.lastAt)
  }

  /// As if the profile had not begun the title so far; it is taken out of the counts as well.
  static func hide(_ title: TitleNumber, of profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM watch WHERE profile = ? AND title = ?", profile, Int(title))
    try PlayCountStore.uncount(profile, of: title, in: db)
    try ImpressionStore.forgetOutcomes(of: title, for: profile, in: db)
  }

  // MARK: - Erased profiles

  static func isErased(_ profile: ProfileID, in db: SQLSession) throws -> Bool {
    try db.first("SELECT 1 FROM erased_profile WHERE profile = ?", profile, as: { _ in true }) ?? false
  }

  /// Removes everything the profile did and said, also from what was counted, and remembers never to take it in again.
  static func erase(_ profile: ProfileID, at time: Timestamp, in db: SQLSession) throws {
    let watches = try db.execute("DELETE FROM watch WHERE profile = ?", profile)
    try PlayCountStore.uncount(profile, in: db)
    let opinions = try OpinionStore.erase(profile, in: db)
    let picks = try PickStore.erase(profile, in: db)
    try ImpressionStore.erase(profile, in: db)
    try TasteStore.erase(profile, in: db)
    try db.execute(
      "INSERT INTO erased_profile (profile, erased_at) VALUES (?, ?) ON CONFLICT (profile) DO NOTHING", profile, time)
    if watches + opinions + picks > 0 { try LearningStore.noteErasure(in: db) }
  }
}
