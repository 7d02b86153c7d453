package import Contract
package import PlaybackAPI
package import StorageKit

extension Thumbs: SQLValue {}

/// All SQL about thumbs.
package enum RatingStore {
  package static func thumbs(
    of profile: ProfileID, for title: TitleID, in db: SQLSession
  ) throws -> Thumbs? {
    try db.first("SELECT thumbs FROM ratings WHERE profile_id = ? AND title_id = ?", profile, title) {
      try $0.choice(0)
    }
  }

  package static func put(
    _ thumbs: Thumbs, for title: TitleID, by profile: ProfileID, at now: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO ratings (profile_id, title_id, thumbs, rated_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (profile_id, title_id) DO UPDATE SET thumbs = excluded.thumbs, rated_at = excluded.rated_at
      """, profile, title, thumbs, now)
  }

  /// False where there were none.
  package static func remove(_ title: TitleID, of profile: ProfileID, in db: SQLSession) throws -> Bool {
    try db.execute("DELETE FROM ratings WHERE profile_id = ? AND title_id = ?", profile, title) > 0
  }

  package static func count(of profile: ProfileID, in db: SQLSession) throws -> Int {
    try db.first("SELECT COUNT(*) FROM ratings WHERE profile_id = ?", profile) { $0.int(0) } ?? 0
  }

  /// Those of titles the profile may see, by primary key. Ids stay text, for a hot path.
  package static func forEach(
    of profile: ProfileID, for audience: Audience, limit: Int, in db: SQLSession,
    _ body: (_ titleID: String, _ thumbs: String) -> Void
  ) throws {
    try db.forEach(
      """
      SELECT r.title_id, r.thumbs FROM ratings r JOIN titles t ON t.id = r.title_id
      WHERE r.profile_id = ? AND t.minimum_age <= ? AND t.available_from <= ? AND t.available_until > ?
        AND (t.territories = '' OR instr(t.territories, ?) > 0)
      ORDER BY r.title_id LIMIT ?
      """, profile, audience.maturityLimit.minimumAge, audience.now, audience.now, audience.place.territoryPattern,
      limit
    ) { row in body(row.text(0), row.text(1)) }
  }

  /// Everybody's, for the snapshot.
  package static func forEach(
    in db: SQLSession, _ body: (PlaybackSnapshotLine.Rated) throws -> Void
  ) throws {
    try db.forEach("SELECT profile_id, title_id, thumbs, rated_at FROM ratings ORDER BY profile_id, title_id") { row in
      try body(
        .init(
          profileId: row.id(0), rating: Rating(titleId: row.id(1), thumbs: row.choice(2)), ratedAt: row.time(3)))
    }
  }

  package static func erase(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM ratings WHERE profile_id = ?", profile)
  }
}
