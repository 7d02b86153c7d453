import Contract
import StorageKit

/// All SQL about how often titles are begun.
enum PlayCountStore {
  /// Counts the profile for that title, once a UTC day.
  static func count(_ title: TitleNumber, by profile: ProfileID, at time: Timestamp, in db: SQLSession) throws {
    let hour = Int(Trending.hour(of: time))
    let isFirst = try db.execute(
      "INSERT INTO counted_play (profile, title, day, hour) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      profile, Int(title), Int(Trending.day(of: time)), hour)
    guard isFirst > 0 else { return }
    try db.execute(
      """
      INSERT INTO plays_in_hour (title, hour, profiles, revision) VALUES (?, ?, 1, ?)
      ON CONFLICT (title, hour) DO UPDATE SET profiles = profiles + 1, revision = excluded.revision
      """, Int(title), hour, ProjectionStore.nextRevision(in: db))
  }

  /// Takes out again whatever the profile was counted for.
  static func uncount(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE plays_in_hour SET profiles = profiles - 1, revision = ?
      WHERE (title, hour) IN (SELECT title, hour FROM counted_play WHERE profile = ?)
      """, ProjectionStore.nextRevision(in: db), profile)
    try db.execute("DELETE FROM counted_play WHERE profile = ?", profile)
  }

  /// The same for one title.
  static func uncount(_ profile: ProfileID, of title: TitleNumber, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE plays_in_hour SET profiles = profiles - 1, revision = ?
      WHERE (title, hour) IN (SELECT title, hour FROM counted_play WHERE profile = ? AND title = ?)
      """, ProjectionStore.nextRevision(in: db), profile, Int(title))
    try db.execute("DELETE FROM counted_play WHERE profile = ? AND title = ?", profile, Int(title))
  }

  /// Calls `body` with all that changed after that revision: weeks of plays at the start, in the order of the table.
  static func forEachChanged(
    after revision: Int, in db: SQLSession, _ body: (_ title: TitleNumber, _ hour: Int32, _ profiles: Int32) -> Void
  ) throws {
    try db.forEach(revision == 0 ? allPlays : changedPlays, revision) { row in
      body(TitleNumber(row.int(0)), Int32(row.int(1)), Int32(row.int(2)))
    }
  }

  private static let allPlays =
    "SELECT title, hour, profiles FROM plays_in_hour WHERE revision > ? ORDER BY title, hour"

  /// Served by `plays_in_hour_by_revision`: it runs after every commit, so it may not read what has not changed.
  static let changedPlays = "SELECT title, hour, profiles FROM plays_in_hour WHERE revision > ? ORDER BY revision"

  /// Removes some of what is too old to count; true where more may be left.
  static func forget(before hour: Int32, limit: Int, in db: SQLSession) throws -> Bool {
    let plays = try db.execute(
      """
      DELETE FROM counted_play WHERE (profile, title, day) IN
        (SELECT profile, title, day FROM counted_play WHERE day < ? LIMIT ?)
      """, Int(hour) / 24, limit)
    let hours = try db.execute(
      """
      DELETE FROM plays_in_hour WHERE (title, hour) IN
        (SELECT title, hour FROM plays_in_hour WHERE hour < ? LIMIT ?)
      """, Int(hour) / 24 * 24, limit)
    return plays == limit || hours == limit
  }
}
