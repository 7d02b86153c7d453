import CatalogAPI
import Contract
import StorageKit

/// All SQL of the full-text search.
enum SearchStore {
  /// Words looked at as corrections of one, and words taken.
  private static let correctionsSeen = 64
  private static let correctionsTaken = 3

  /// Makes a new title findable.
  static func index(_ draft: TitleDraft, number: Int64, in db: SQLSession) throws {
    let name = SearchText.indexedWords(draft.name)
    let people = (draft.directors + draft.cast).flatMap(SearchText.indexedWords)
    let genres = draft.genres.flatMap(SearchText.indexedWords)
    let synopsis = SearchText.indexedWords(draft.synopsis)
    try db.execute(
      "INSERT INTO title_search (rowid, name, people, genres, synopsis) VALUES (?, ?, ?, ?, ?)", number,
      name.joined(separator: " "), people.joined(separator: " "), genres.joined(separator: " "),
      synopsis.joined(separator: " "))
    for word in Set(name + people + genres) where Spelling.allowance(length: word.unicodeScalars.count) > 0 {
      for trigram in Spelling.trigrams(word) {
        try db.execute(
          "INSERT INTO search_trigram (trigram, word) VALUES (?, ?) ON CONFLICT (trigram, word) DO NOTHING",
          trigram, word)
      }
    }
  }

  /// The best titles for an FTS5 `expression`: a name that is the phrase itself first, then BM25, the name weighing
  /// over people over genres over synopsis.
  static func matches(
    _ expression: String, name: String, for audience: Audience, limit: Int, in db: SQLSession
  ) throws -> [Match] {
    try db.rows(
      """
      SELECT t.number, t.id FROM title_search JOIN title t ON t.number = title_search.rowid
      WHERE title_search MATCH ? AND t.minimum_age <= ?
        AND (t.available_from IS NULL OR t.available_from <= ?) AND (t.available_until IS NULL OR t.available_until > ?)
        AND (t.territories IS NULL OR instr(t.territories, ?) > 0)
      ORDER BY t.folded_name = ? DESC, bm25(title_search, 10.0, 5.0, 3.0, 1.0), t.number DESC LIMIT ?
      """, expression, audience.maturityLimit.minimumAge, audience.now, audience.now,
      audience.place.territoryPattern, name, limit,
      as: { Match(number: $0.int64(0), id: try $0.id(1)) })
  }

  /// How many of `matches` have each genre, most first.
  static func genres(of matches: [Match], limit: Int, in db: SQLSession) throws -> [SearchResult.Facet] {
    try db.rows(
      """
      SELECT genre, COUNT(*) FROM title_genre WHERE title IN (SELECT value FROM json_each(?))
      GROUP BY genre ORDER BY COUNT(*) DESC, genre LIMIT ?
      """, "[\(matches.map { String($0.number) }.joined(separator: ","))]", limit,
      as: { SearchResult.Facet(value: $0.text(0), count: $0.int(1)) })
  }

  /// Known words that `word` may have meant, nearest first; none where it is a known word, or begins one and is
  /// unfinished.
  static func corrections(of word: String, isUnfinished: Bool, in db: SQLSession) throws -> [String] {
    let allowance = Spelling.allowance(length: word.unicodeScalars.count)
    guard allowance > 0 else { return [] }
    let candidates = try db.rows(
      """
      SELECT word FROM search_trigram WHERE trigram IN (SELECT value FROM json_each(?))
      GROUP BY word ORDER BY COUNT(*) DESC, word LIMIT ?
      """, String(decoding: JSON.encode(Spelling.trigrams(word)), as: UTF8.self), correctionsSeen, as: { $0.text(0) })
    if candidates.contains(where: { isUnfinished ? $0.hasPrefix(word) : $0 == word }) { return [] }
    // The order by shared trigrams decides between words equally far.
    let near = candidates.enumerated().compactMap { shared, candidate in
      Spelling.distance(word, candidate, isUnfinished: isUnfinished, atMost: allowance)
        .map { (distance: $0, shared: shared, word: candidate) }
    }
    return near.sorted { ($0.distance, $0.shared) < ($1.distance, $1.shared) }.prefix(correctionsTaken).map(\.word)
  }
}

/// A title that a search found.
struct Match: Sendable, Hashable {
  let number: Int64
  let id: TitleID
}
