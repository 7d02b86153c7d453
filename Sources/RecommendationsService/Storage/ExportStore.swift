import Contract
import RecommendationsAPI
import StorageKit

/// All SQL of taking a profile's data away.
enum ExportStore {
  /// At the bound the export fails rather than leaves something out.
  private static let rowLimit = 50_000

  static func export(of profile: ProfileID, in db: SQLSession) throws -> RecommendationsExport {
    let watches = try db.rows(
      """
      SELECT t.id, w.position_seconds, w.duration_seconds, w.watched_seconds, w.last_at
      FROM watch w JOIN title t ON t.number = w.title WHERE w.profile = ? ORDER BY w.last_at DESC LIMIT ?
      """, profile, rowLimit,
      as: { row in
        RecommendationsExport.Watched(
          titleId: try row.id(0), positionSeconds: row.double(1), durationSeconds: row.double(2),
          watchedSeconds: row.double(3), lastWatchedAt: row.time(4))
      })
    let counted = try db.rows(
      """
      SELECT t.id, c.hour FROM counted_play c JOIN title t ON t.number = c.title
      WHERE c.profile = ? ORDER BY c.hour DESC LIMIT ?
      """, profile, rowLimit, as: { RecommendationsExport.Counted(titleId: try $0.id(0), hour: $0.int(1)) })
    let opinions = try db.rows(
      """
      SELECT t.id, o.thumbs, o.is_listed FROM opinion o JOIN title t ON t.number = o.title
      WHERE o.profile = ? ORDER BY t.id LIMIT ?
      """, profile, rowLimit,
      as: { row in
        RecommendationsExport.Opinion(
          titleId: try row.id(0), thumbs: row.text(1) == "none" ? nil : row.text(1), isListed: row.bool(2))
      })
    let picks = try PickStore.picks(of: profile, limit: rowLimit, in: db)
    let hidden = try db.rows(
      """
      SELECT t.id, h.hidden_at FROM hidden_title h JOIN title t ON t.number = h.title
      WHERE h.profile = ? ORDER BY h.hidden_at DESC LIMIT ?
      """, profile, rowLimit, as: { ProfileTaste.Hidden(titleId: try $0.id(0), hiddenAt: $0.time(1)) })
    let seen = try db.rows(
      """
      SELECT t.id, i.row_id, i.position, i.shown_at, i.began_at FROM impression i JOIN title t ON t.number = i.title
      WHERE i.profile = ? ORDER BY i.shown_at DESC LIMIT ?
      """, profile, rowLimit,
      as: { row in
        RecommendationsExport.Seen(
          titleId: try row.id(0), row: row.text(1), position: row.int(2), seenAt: row.time(3),
          beganAt: row.timeOrNil(4))
      })
    guard
      [watches.count, counted.count, opinions.count, picks.count, hidden.count, seen.count].allSatisfy({ $0 < rowLimit }
      )
    else {
      throw Problem.unavailable("There is more than one export can hold.")
    }
    return RecommendationsExport(
      watches: watches, countedPlays: counted, opinions: opinions, pickedTitleIds: picks, hidden: hidden, seen: seen,
      tasteResetAt: try TasteStore.resetAt(profile, in: db))
  }
}
