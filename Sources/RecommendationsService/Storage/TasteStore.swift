import Contract
import RecommendationsAPI
import StorageKit

/// All SQL of what profiles say to this service itself: titles they do not want, and to begin anew.
enum TasteStore {
  /// False where the title was hidden already.
  static func hide(
    _ title: TitleNumber, of profile: ProfileID, at now: Timestamp, in db: SQLSession
  ) throws -> Bool {
    try db.execute(
      "INSERT INTO hidden_title (profile, title, hidden_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      profile, Int(title), now) > 0
  }

  static func unhide(_ title: TitleNumber, of profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM hidden_title WHERE profile = ? AND title = ?", profile, Int(title))
  }

  static func count(of profile: ProfileID, in db: SQLSession) throws -> Int {
    try db.first("SELECT COUNT(*) FROM hidden_title WHERE profile = ?", profile, as: { $0.int(0) }) ?? 0
  }

  /// Served by the primary key alone.
  static func hidden(of profile: ProfileID, limit: Int, in db: SQLSession) throws -> [(
    title: TitleNumber, at: Timestamp
  )] {
    try db.rows(
      "SELECT title, hidden_at FROM hidden_title WHERE profile = ? ORDER BY title LIMIT ?", profile, limit,
      as: { (title: TitleNumber($0.int(0)), at: $0.time(1)) })
  }

  static func reset(_ profile: ProfileID, at now: Timestamp, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO taste_reset (profile, reset_at) VALUES (?, ?)
      ON CONFLICT (profile) DO UPDATE SET reset_at = max(reset_at, excluded.reset_at)
      """, profile, now)
  }

  static func resetAt(_ profile: ProfileID, in db: SQLSession) throws -> Timestamp? {
    try db.first("SELECT reset_at FROM taste_reset WHERE profile = ?", profile, as: { $0.time(0) })
  }

  static func erase(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM hidden_title WHERE profile = ?", profile)
    try db.execute("DELETE FROM taste_reset WHERE profile = ?", profile)
  }
}
