import Contract
import PlaybackAPI
import StorageKit

/// All SQL that reads watches, opinions and picks together.
enum InteractionStore {
  /// One profile's say of one title.
  static func interaction(
    of profile: ProfileID, with title: TitleNumber, in db: SQLSession
  ) throws -> Interaction {
    try db.first(
      """
      SELECT ?2, w.watched_seconds, w.duration_seconds, w.position_seconds, o.thumbs, o.is_listed, p.title,
        w.last_at, o.thumbs_at, o.listed_at, p.picked_at
      FROM (SELECT 1) LEFT JOIN watch w ON w.profile = ?1 AND w.title = ?2
        LEFT JOIN opinion o ON o.profile = ?1 AND o.title = ?2
        LEFT JOIN pick p ON p.profile = ?1 AND p.title = ?2
      """, profile, Int(title), as: interaction) ?? Interaction(title: title)
  }

  /// All of a profile's, the latest first; each part served by its primary key or `watch_by_time`.
  static func history(of profile: ProfileID, limit: Int, in db: SQLSession) throws -> TasteHistory {
    let rows = try db.rows(
      """
      SELECT k.title, w.watched_seconds, w.duration_seconds, w.position_seconds, o.thumbs, o.is_listed, p.title,
        w.last_at, o.thumbs_at, o.listed_at, p.picked_at
      FROM (
        SELECT title FROM (SELECT title FROM watch WHERE profile = ?1 ORDER BY last_at DESC, title LIMIT ?2)
        UNION SELECT title FROM opinion WHERE profile = ?1
        UNION SELECT title FROM pick WHERE profile = ?1
        LIMIT ?3
      ) k
      LEFT JOIN watch w ON w.profile = ?1 AND w.title = k.title
      LEFT JOIN opinion o ON o.profile = ?1 AND o.title = k.title
      LEFT JOIN pick p ON p.profile = ?1 AND p.title = k.title
      """, profile, limit, limit + opinionsRead, as: interaction)
    return TasteHistory(interactions: rows.sorted { ($1.lastAt, $0.title) < ($0.lastAt, $1.title) })
  }

  /// Playback bounds lists and thumbs; more are not looked at.
  private static let opinionsRead = 6000

  private static func interaction(_ row: SQLRow) throws -> Interaction {
    var interaction = Interaction(row, at: 0)
    interaction.lastAt = Timestamp(milliseconds: (7...10).map(row.int64).max() ?? 0)
    return interaction
  }
}

extension Interaction {
  /// From the column `first` on: title, seconds watched, running time, position, thumbs, on the list, picked title.
  init(_ row: SQLRow, at first: Int) {
    self.init(title: TitleNumber(row.int(first)))
    watchedSeconds = row.double(first + 1)
    durationSeconds = row.double(first + 2)
    positionSeconds = row.double(first + 3)
    thumbs = Thumbs(rawValue: row.text(first + 4))
    isListed = row.bool(first + 5)
    isPicked = !row.isNull(first + 6)
  }
}
