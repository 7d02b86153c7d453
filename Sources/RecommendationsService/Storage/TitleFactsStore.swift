import Contract
import StorageKit

/// All SQL about what is remembered of titles.
enum TitleFactsStore {
  static func set(_ facts: TitleFacts, in db: SQLSession) throws {
    let number = try ProjectionStore.number(of: facts.id, in: db)
    let revision = try ProjectionStore.nextRevision(in: db)
    try db.execute(
      """
      INSERT INTO title_facts (
        title, year, maturity, is_playable, added_at, genres, directors, "cast", revision, available_from,
        available_until, territories)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (title) DO UPDATE SET year = excluded.year, maturity = excluded.maturity,
        is_playable = excluded.is_playable, added_at = excluded.added_at, genres = excluded.genres,
        directors = excluded.directors, "cast" = excluded."cast", revision = excluded.revision,
        available_from = excluded.available_from, available_until = excluded.available_until,
        territories = excluded.territories
      """,
      Int(number), facts.year, facts.maturity.rawValue, facts.isPlayable, facts.addedAt, joined(facts.genres),
      joined(facts.directors), joined(facts.cast), revision, facts.availability?.from,
      facts.availability?.until, facts.availability?.territories.map { joined($0.map(\.description)) })
  }

  /// Calls `body` with all that changed after that revision: the whole catalogue at the start.
  /// Served by `title_facts_by_revision`.
  static func forEachChanged(
    after revision: Int, in db: SQLSession, _ body: (TitleNumber, TitleFacts) throws -> Void
  ) throws {
    try db.forEach(
      """
      SELECT t.number, t.id, f.year, f.maturity, f.is_playable, f.added_at, f.genres, f.directors, f."cast",
        f.available_from, f.available_until, f.territories
      FROM title_facts f JOIN title t ON t.number = f.title
      WHERE f.revision > ? ORDER BY f.revision
      """, revision
    ) { row in
      let facts = TitleFacts(
        id: try row.id(1), year: row.int(2), maturity: try row.choice(3), isPlayable: row.bool(4),
        addedAt: row.time(5), genres: parted(row.text(6)), directors: parted(row.text(7)), cast: parted(row.text(8)),
        availability: availability(row))
      try body(TitleNumber(row.int(0)), facts)
    }
  }

  private static func availability(_ row: SQLRow) -> Availability? {
    let availability = Availability(
      from: row.timeOrNil(9), until: row.timeOrNil(10),
      territories: row.textOrNil(11).map { parted($0).compactMap { Territory($0) } })
    return availability == .unbounded ? nil : availability
  }

  /// All titles that catalog has told of, by id.
  static func forEachID(in db: SQLSession, _ body: (_ number: TitleNumber, _ id: String) -> Void) throws {
    try db.forEach("SELECT t.number, t.id FROM title_facts f JOIN title t ON t.number = f.title ORDER BY t.id") { row in
      body(TitleNumber(row.int(0)), row.text(1))
    }
  }

  private static func joined(_ texts: [String]) -> String { texts.joined(separator: "\u{1F}") }
  private static func parted(_ text: String) -> [String] { text.split(separator: "\u{1F}").map(String.init) }
}
