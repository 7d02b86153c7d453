import Contract
import StorageKit

/// All SQL about what profiles said they like when they were asked.
enum PickStore {
  /// The titles take the place of those picked before.
  static func replace(
    _ titles: [TitleNumber], by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    try erase(profile, in: db)
    for title in titles {
      try db.execute(
        "INSERT INTO pick (profile, title, picked_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", profile, Int(title),
        time)
    }
  }

  static func picks(of profile: ProfileID, limit: Int, in db: SQLSession) throws -> [TitleID] {
    try db.rows(
      """
      SELECT t.id FROM pick p JOIN title t ON t.number = p.title WHERE p.profile = ? ORDER BY t.id LIMIT ?
      """, profile, limit, as: { try $0.id(0) })
  }

  /// Answers how many there were.
  @discardableResult
  static func erase(_ profile: ProfileID, in db: SQLSession) throws -> Int {
    try db.execute("DELETE FROM pick WHERE profile = ?", profile)
  }
}
