import CatalogAPI
import Contract
import EventKit
import StorageKit

/// All SQL about titles. Whatever changes one appends its ``TitleChanged`` in the same transaction.
struct TitleStore: Sendable {
  let outbox: Outbox

  // MARK: - Reading

  func title(_ id: TitleID, in db: SQLSession) throws -> Title? {
    try db.first(
      """
      SELECT number, id, kind, name, year, synopsis, language, maturity, runtime_seconds, licence, created_at,
        countries, genres, directors, "cast", asset_id, duration_seconds, max_height, tracks,
        available_from, available_until, territories
      FROM whole_title WHERE id = ?
      """, id, as: { try NumberedTitle($0).title })
  }

  /// Titles added before the one of that number, newest first; served by the primary key.
  func titles(before number: Int64, limit: Int, in db: SQLSession) throws -> [NumberedTitle] {
    try db.rows(
      """
      SELECT number, id, kind, name, year, synopsis, language, maturity, runtime_seconds, licence, created_at,
        countries, genres, directors, "cast", asset_id, duration_seconds, max_height, tracks,
        available_from, available_until, territories
      FROM whole_title WHERE number < ? ORDER BY number DESC LIMIT ?
      """, number, limit, as: NumberedTitle.init)
  }

  /// As ``titles(before:limit:in:)``, those of one genre; served by `title_genre_by_genre`.
  func titles(ofGenre genre: String, before number: Int64, limit: Int, in db: SQLSession) throws -> [NumberedTitle] {
    try db.rows(
      """
      SELECT number, id, kind, name, year, synopsis, language, maturity, runtime_seconds, licence, created_at,
        countries, genres, directors, "cast", asset_id, duration_seconds, max_height, tracks,
        available_from, available_until, territories
      FROM whole_title
      WHERE number IN (SELECT title FROM title_genre WHERE genre = ? AND title < ? ORDER BY title DESC LIMIT ?)
      ORDER BY number DESC LIMIT ?
      """, genre, number, limit, limit, as: NumberedTitle.init)
  }

  /// Calls `body` with every title, oldest first, holding one at a time.
  func forEachTitle(in db: SQLSession, _ body: (Title) throws -> Void) throws {
    try db.forEach(
      """
      SELECT number, id, kind, name, year, synopsis, language, maturity, runtime_seconds, licence, created_at,
        countries, genres, directors, "cast", asset_id, duration_seconds, max_height, tracks,
        available_from, available_until, territories
      FROM whole_title ORDER BY number
      """
    ) { row in try body(NumberedTitle(row).title) }
  }

  // MARK: - Writing

  /// Adds a title unless its key is known. Throws ``CatalogError/keyTaken(_:)`` where only the id is taken.
  func add(_ draft: TitleDraft, trace: TraceContext?, in db: SQLSession) throws -> AddedTitle {
    if let key = draft.key, let known = try title(withKey: key, in: db) { return .known(known) }
    guard try title(draft.id, in: db) == nil else { throw CatalogError.keyTaken(draft.key ?? "") }
    let number = try insert(draft, in: db)
    try SearchStore.index(draft, number: number, in: db)
    guard let title = try title(draft.id, in: db) else { throw CatalogError.titleUnknown(draft.id) }
    try outbox.append(TitleChanged(title: title), subject: title.id.description, in: db, trace: trace)
    return .added(title)
  }

  private func title(withKey key: String, in db: SQLSession) throws -> Title? {
    let id: TitleID? = try db.first("SELECT id FROM title WHERE key = ?", key, as: { try $0.id(0) })
    return try id.flatMap { try title($0, in: db) }
  }

  private func insert(_ draft: TitleDraft, in db: SQLSession) throws -> Int64 {
    try db.execute(
      """
      INSERT INTO title (id, key, kind, name, folded_name, year, synopsis, language, maturity, runtime_seconds, licence,
        created_at, available_from, available_until, territories)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      draft.id, draft.key, draft.kind.rawValue, draft.name, SearchText.words(draft.name).joined(separator: " "),
      draft.year, draft.synopsis, draft.language, draft.maturity.rawValue, draft.runtimeSeconds, draft.licence,
      draft.createdAt, draft.availability?.from, draft.availability?.until, Self.joined(draft.availability?.territories)
    )
    let number = db.lastInsertedRow
    for (position, genre) in draft.genres.enumerated() {
      try db.execute("INSERT INTO title_genre (title, position, genre) VALUES (?, ?, ?)", number, position, genre)
    }
    for (position, country) in draft.countries.enumerated() {
      try db.execute("INSERT INTO title_country (title, position, country) VALUES (?, ?, ?)", number, position, country)
    }
    try credit(draft.directors, as: "director", of: number, in: db)
    try credit(draft.cast, as: "cast", of: number, in: db)
    return number
  }

  /// Answers the title as it is then; being told what is so already changes nothing. Throws
  /// ``CatalogError/titleUnknown(_:)``.
  func setAvailability(
    _ availability: Availability?, of id: TitleID, trace: TraceContext?, in db: SQLSession
  ) throws -> Title {
    guard let before = try title(id, in: db) else { throw CatalogError.titleUnknown(id) }
    guard before.availability != availability else { return before }
    try db.execute(
      "UPDATE title SET available_from = ?, available_until = ?, territories = ? WHERE id = ?", availability?.from,
      availability?.until, Self.joined(availability?.territories), id)
    guard let title = try title(id, in: db) else { throw CatalogError.titleUnknown(id) }
    try outbox.append(TitleChanged(title: title), subject: id.description, in: db, trace: trace)
    return title
  }

  private static func joined(_ territories: [Territory]?) -> String? {
    territories?.map(\.description).joined(separator: " ")
  }

  private func credit(_ names: [String], as role: String, of title: Int64, in db: SQLSession) throws {
    for (position, name) in names.enumerated() {
      try db.execute("INSERT INTO person (name) VALUES (?) ON CONFLICT (name) DO NOTHING", name)
      try db.execute(
        """
        INSERT INTO credit (title, role, position, person)
        SELECT ?, ?, ?, number FROM person WHERE name = ?
        """, title, role, position, name)
    }
  }
}

/// What adding a title came to.
enum AddedTitle: Sendable {
  case added(Title)
  case known(Title)
}

/// A title and its place in the order of creation.
struct NumberedTitle: Sendable {
  let number: Int64
  let title: Title

  /// Reads a row of `whole_title`, its columns in the order of the table.
  init(_ row: SQLRow) throws {
    number = row.int64(0)
    title = Title(
      id: try row.id(1), kind: try row.choice(2), name: row.text(3), year: row.int(4), synopsis: row.text(5),
      language: row.text(6), countries: Self.list(row.textOrNil(11)), maturity: try row.choice(7),
      runtimeSeconds: row.int(8), genres: Self.list(row.textOrNil(12)), directors: Self.list(row.textOrNil(13)),
      cast: Self.list(row.textOrNil(14)), licence: row.text(9), video: try Self.video(row), createdAt: row.time(10),
      availability: Self.availability(row))
  }

  private static func list(_ joined: String?) -> [String] {
    joined?.split(separator: "\u{1F}").map(String.init) ?? []
  }

  private static func availability(_ row: SQLRow) -> Availability? {
    let availability = Availability(
      from: row.timeOrNil(19), until: row.timeOrNil(20),
      territories: row.textOrNil(21)?.split(separator: " ").compactMap { Territory($0) })
    return availability == .unbounded ? nil : availability
  }

  private static func video(_ row: SQLRow) throws -> PlayableVideo? {
    row.isNull(15)
      ? nil
      : PlayableVideo(
        assetId: try row.id(15), durationSeconds: row.double(16), maxHeight: row.int(17),
        tracks: try row.textOrNil(18).map { try JSON.decode(MediaTracks.self, from: Array($0.utf8)) })
  }
}
