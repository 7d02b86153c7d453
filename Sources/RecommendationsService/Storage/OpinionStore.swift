import Contract
import PlaybackAPI
import StorageKit

/// All SQL about thumbs and lists.
enum OpinionStore {
  /// Nil takes them back.
  static func set(
    _ thumbs: Thumbs?, for title: TitleNumber, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO opinion (profile, title, thumbs, thumbs_at, is_listed, listed_at) VALUES (?, ?, ?, ?, 0, 0)
      ON CONFLICT (profile, title) DO UPDATE SET thumbs = excluded.thumbs, thumbs_at = excluded.thumbs_at
      """, profile, Int(title), thumbs?.rawValue ?? "none", time)
    if thumbs == nil { try removeIfSilent(title, of: profile, in: db) }
  }

  static func setListed(
    _ isListed: Bool, _ title: TitleNumber, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO opinion (profile, title, thumbs, thumbs_at, is_listed, listed_at) VALUES (?, ?, 'none', 0, ?, ?)
      ON CONFLICT (profile, title) DO UPDATE SET is_listed = excluded.is_listed, listed_at = excluded.listed_at
      """, profile, Int(title), isListed, time)
    if !isListed { try removeIfSilent(title, of: profile, in: db) }
  }

  /// Answers how many there were.
  @discardableResult
  static func erase(_ profile: ProfileID, in db: SQLSession) throws -> Int {
    try db.execute("DELETE FROM opinion WHERE profile = ?", profile)
  }

  private static func removeIfSilent(_ title: TitleNumber, of profile: ProfileID, in db: SQLSession) throws {
    try db.execute(
      "DELETE FROM opinion WHERE profile = ? AND title = ? AND thumbs = 'none' AND is_listed = 0", profile, Int(title))
  }
}
