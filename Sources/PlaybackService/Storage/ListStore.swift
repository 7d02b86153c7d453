package import Contract
package import PlaybackAPI
package import StorageKit

/// Where a list goes on: behind the last entry shown.
package struct ListCursor: Sendable, Equatable {
  package let addedAt: Timestamp
  package let entry: Int64

  package init(addedAt: Timestamp, entry: Int64) {
    self.addedAt = addedAt
    self.entry = entry
  }
}

/// All SQL about profiles' lists.
package enum ListStore {
  /// False where the title is on the list already; it keeps its place.
  package static func add(
    _ title: TitleID, to profile: ProfileID, at now: Timestamp, in db: SQLSession
  ) throws -> Bool {
    try db.execute(
      "INSERT INTO list_entries (profile_id, title_id, added_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      profile, title, now) > 0
  }

  /// False where the title was not on the list.
  package static func remove(_ title: TitleID, from profile: ProfileID, in db: SQLSession) throws -> Bool {
    try db.execute("DELETE FROM list_entries WHERE profile_id = ? AND title_id = ?", profile, title) > 0
  }

  package static func count(of profile: ProfileID, in db: SQLSession) throws -> Int {
    try db.first("SELECT COUNT(*) FROM list_entries WHERE profile_id = ?", profile) { $0.int(0) } ?? 0
  }

  /// What the profile may see of its list, added last first (index list_entries_latest).
  package static func entries(
    of profile: ProfileID, for audience: Audience, after cursor: ListCursor?, limit: Int, in db: SQLSession
  ) throws -> [(entry: ListEntry, id: Int64)] {
    try db.rows(
      """
      SELECT l.id, l.title_id, l.added_at FROM list_entries l JOIN titles t ON t.id = l.title_id
      WHERE l.profile_id = ? AND (l.added_at, l.id) < (?, ?)
        AND t.minimum_age <= ? AND t.available_from <= ? AND t.available_until > ?
        AND (t.territories = '' OR instr(t.territories, ?) > 0)
      ORDER BY l.added_at DESC, l.id DESC LIMIT ?
      """, profile, cursor?.addedAt ?? Timestamp(milliseconds: .max), cursor?.entry ?? .max,
      audience.maturityLimit.minimumAge, audience.now, audience.now, audience.place.territoryPattern, limit
    ) { row in (entry: ListEntry(titleId: try row.id(1), addedAt: row.time(2)), id: row.int64(0)) }
  }

  /// The same as text, for a hot path.
  package static func forEachTitle(
    of profile: ProfileID, for audience: Audience, limit: Int, in db: SQLSession,
    _ body: (_ titleID: String) -> Void
  ) throws {
    try db.forEach(
      """
      SELECT l.title_id FROM list_entries l JOIN titles t ON t.id = l.title_id
      WHERE l.profile_id = ? AND t.minimum_age <= ? AND t.available_from <= ? AND t.available_until > ?
        AND (t.territories = '' OR instr(t.territories, ?) > 0)
      ORDER BY l.added_at DESC, l.id DESC LIMIT ?
      """, profile, audience.maturityLimit.minimumAge, audience.now, audience.now, audience.place.territoryPattern,
      limit
    ) { row in body(row.text(0)) }
  }

  /// Everybody's, for the snapshot.
  package static func forEach(
    in db: SQLSession, _ body: (PlaybackSnapshotLine.Listed) throws -> Void
  ) throws {
    try db.forEach("SELECT profile_id, title_id, added_at FROM list_entries ORDER BY id") { row in
      try body(.init(profileId: row.id(0), entry: ListEntry(titleId: row.id(1), addedAt: row.time(2))))
    }
  }

  package static func erase(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM list_entries WHERE profile_id = ?", profile)
  }
}
