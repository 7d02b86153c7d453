import Contract
import StorageKit

/// Where the projection as a whole stands, and the numbers of titles in it.
enum ProjectionStore {
  struct Standing: Sendable, Hashable {
    let generation: Int
    let revision: Int
  }

  static func standing(in db: SQLSession) throws -> Standing {
    try db.first(
      "SELECT generation, revision FROM projection WHERE only = 1",
      as: { Standing(generation: $0.int(0), revision: $0.int(1)) }) ?? Standing(generation: 0, revision: 0)
  }

  /// The number under which a change is found by those who follow.
  static func nextRevision(in db: SQLSession) throws -> Int {
    try db.execute("UPDATE projection SET revision = revision + 1 WHERE only = 1")
    return try standing(in: db).revision
  }

  /// The title's number, given at first sight.
  static func number(of title: TitleID, in db: SQLSession) throws -> TitleNumber {
    if let known = try knownNumber(of: title, in: db) { return known }
    try db.execute("INSERT INTO title (id) VALUES (?)", title)
    guard let number = try knownNumber(of: title, in: db) else { throw RecommendationsError.titleUnknown(title) }
    return number
  }

  static func knownNumber(of title: TitleID, in db: SQLSession) throws -> TitleNumber? {
    try db.first("SELECT number FROM title WHERE id = ?", title, as: { TitleNumber($0.int(0)) })
  }

  /// Drops what catalog told, for it to be told again. Numbers stay: plays refer to them.
  static func clearTitles(in db: SQLSession) throws {
    try db.execute("DELETE FROM title_facts")
    try beginGeneration(in: db)
  }

  /// Drops what playback told, for it to be told again.
  static func clearPlays(in db: SQLSession) throws {
    try db.execute("DELETE FROM watch")
    try db.execute("DELETE FROM opinion")
    try db.execute("DELETE FROM counted_play")
    try db.execute("DELETE FROM plays_in_hour")
    try ImpressionStore.forgetOutcomes(in: db)
    try beginGeneration(in: db)
  }

  private static func beginGeneration(in db: SQLSession) throws {
    try db.execute("UPDATE projection SET generation = generation + 1 WHERE only = 1")
  }
}
