import Contract
import StorageKit

/// What the trainer reads: labels by profile and title.
enum LabelStore {
  struct Labelled: Sendable {
    let profile: String
    let title: TitleNumber
    let label: Float
  }

  /// One of the tables that make a label; each pair of profile and title is told by the first that has it.
  enum Part: CaseIterable { case watches, opinions, picks }

  /// The next `limit` after the one named, by profile and title; by primary key, in short reads, so that the
  /// write-ahead log can be emptied in between.
  private static func next(
    of part: Part, after last: (profile: String, title: TitleNumber), limit: Int, in db: SQLSession
  ) throws -> [Labelled] {
    try db.rows(statement(part), last.profile, Int(last.title), limit) { row in
      let interaction = Interaction(row, at: 1)
      return Labelled(
        profile: row.text(0), title: interaction.title, label: row.bool(8) ? 0 : interaction.label)
    }
  }

  /// All of them, part by part, `atOnce` in a piece.
  static func forEach(
    in database: ServiceDatabase, atOnce: Int, _ body: ([Labelled]) throws -> Void
  ) throws {
    for part in Part.allCases {
      var last: (profile: String, title: TitleNumber) = ("", 0)
      while true {
        let piece = try database.read { try next(of: part, after: last, limit: atOnce, in: $0) }
        try body(piece)
        guard piece.count == atOnce, let end = piece.last else { break }
        last = (end.profile, end.title)
      }
    }
  }

  /// Labels of titles that the profile hid, and of what came before it reset its taste, are 0.
  private static func statement(_ part: Part) -> String {
    switch part {
    case .watches:
      """
      SELECT w.profile, w.title, w.watched_seconds, w.duration_seconds, w.position_seconds, o.thumbs, o.is_listed,
        p.title,
        h.title IS NOT NULL
          OR r.reset_at >= max(w.last_at, coalesce(o.thumbs_at, 0), coalesce(o.listed_at, 0), coalesce(p.picked_at, 0))
      FROM watch w LEFT JOIN opinion o ON o.profile = w.profile AND o.title = w.title
        LEFT JOIN pick p ON p.profile = w.profile AND p.title = w.title
        LEFT JOIN hidden_title h ON h.profile = w.profile AND h.title = w.title
        LEFT JOIN taste_reset r ON r.profile = w.profile
      WHERE (w.profile, w.title) > (?, ?) ORDER BY w.profile, w.title LIMIT ?
      """
    case .opinions:
      """
      SELECT o.profile, o.title, 0, 0, 0, o.thumbs, o.is_listed, p.title,
        h.title IS NOT NULL OR r.reset_at >= max(o.thumbs_at, o.listed_at, coalesce(p.picked_at, 0))
      FROM opinion o LEFT JOIN watch w ON w.profile = o.profile AND w.title = o.title
        LEFT JOIN pick p ON p.profile = o.profile AND p.title = o.title
        LEFT JOIN hidden_title h ON h.profile = o.profile AND h.title = o.title
        LEFT JOIN taste_reset r ON r.profile = o.profile
      WHERE (o.profile, o.title) > (?, ?) AND w.title IS NULL ORDER BY o.profile, o.title LIMIT ?
      """
    case .picks:
      """
      SELECT p.profile, p.title, 0, 0, 0, 'none', 0, p.title, h.title IS NOT NULL OR r.reset_at >= p.picked_at
      FROM pick p LEFT JOIN watch w ON w.profile = p.profile AND w.title = p.title
        LEFT JOIN opinion o ON o.profile = p.profile AND o.title = p.title
        LEFT JOIN hidden_title h ON h.profile = p.profile AND h.title = p.title
        LEFT JOIN taste_reset r ON r.profile = p.profile
      WHERE (p.profile, p.title) > (?, ?) AND w.title IS NULL AND o.title IS NULL
      ORDER BY p.profile, p.title LIMIT ?
      """
    }
  }
}
