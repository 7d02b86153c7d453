import Contract
import PlaybackAPI
import RecommendationsAPI
import StorageKit

extension TeamDraft.Team: SQLValue {}

/// All SQL of writing down what was shown and what came of it.
enum ImpressionStore {
  /// A play that began within this time of a title being seen came of it.
  static let outcomeHours = 24.0

  /// Writes down those of the titles that are on the page and were not written down before; answers how many.
  static func record(
    _ titles: [TitleNumber], of page: DealtPage, at now: Timestamp, in db: SQLSession
  ) throws -> Int {
    let places = titles.compactMap { title in page.place(of: title).map { (title: title, place: $0) } }
    guard !places.isEmpty, try !WatchStore.isErased(page.profile, in: db) else { return 0 }
    try db.execute(
      """
      INSERT INTO shown_page (id, profile, shown_at, model_version, experiment, arm) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO NOTHING
      """, page.id, page.profile, now, page.modelVersion, page.allocation?.experiment, page.allocation?.arm)
    return try places.reduce(0) { count, shown in
      let place = shown.place
      return count
        + (try db.execute(
          """
          INSERT INTO impression (page, title, profile, row_id, position, shown_at, propensity, team, pool_size,
            pool_rank, popularity_rank)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (page, title) DO NOTHING
          """, page.id, Int(shown.title), page.profile, place.row, place.position, now, place.propensity, place.team,
          place.exploration?.poolSize, place.exploration?.rank, place.exploration?.popularityRank))
    }
  }

  // MARK: - Outcomes

  /// A play is put down to where its title was seen last.
  static func begin(
    _ session: PlaybackSessionID, of title: TitleNumber, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      """
      UPDATE impression SET session = ?, began_at = ? WHERE began_at IS NULL AND (page, title) =
        (SELECT page, title FROM impression WHERE profile = ? AND title = ? AND shown_at BETWEEN ? AND ?
          ORDER BY shown_at DESC, page DESC LIMIT 1)
      """, session, time, profile, Int(title), time.adding(seconds: -outcomeHours * 3600), time)
  }

  /// Served by `impression_by_session`.
  static func progress(_ session: PlaybackSessionID, share: Double, in db: SQLSession) throws {
    try db.execute(
      "UPDATE impression SET watched_share = max(watched_share, ?) WHERE session = ?",
      share.isFinite ? min(1, max(0, share)) : 0, session)
  }

  /// Before playback tells everything again.
  static func forgetOutcomes(in db: SQLSession) throws {
    try db.execute(
      "UPDATE impression SET session = NULL, began_at = NULL, watched_share = 0 WHERE session IS NOT NULL")
  }

  /// What was watched of the title so far is to count for nothing.
  static func forgetOutcomes(of title: TitleNumber, for profile: ProfileID, in db: SQLSession) throws {
    try db.execute(
      """
      UPDATE impression SET session = NULL, began_at = NULL, watched_share = 0
      WHERE profile = ? AND title = ? AND session IS NOT NULL
      """, profile, Int(title))
  }

  // MARK: - Leaving

  static func erase(_ profile: ProfileID, in db: SQLSession) throws {
    try db.execute("DELETE FROM impression WHERE profile = ?", profile)
    try db.execute("DELETE FROM shown_page WHERE profile = ?", profile)
  }

  /// Removes some of what is too old; true where more may be left. Their impressions go with them.
  static func forget(before time: Timestamp, limit: Int, in db: SQLSession) throws -> Bool {
    try db.execute(
      "DELETE FROM shown_page WHERE id IN (SELECT id FROM shown_page WHERE shown_at < ? LIMIT ?)", time, limit) == limit
  }
}
