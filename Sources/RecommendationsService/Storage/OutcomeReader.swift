import Contract
import RecommendationsAPI
import RecommenderKit
import StorageKit

/// All SQL of reading what came of what was shown.
enum OutcomeReader {
  /// At the bound a report says what it has read so far.
  private static let rowLimit = 200_000

  /// What one profile saw of one arm, and did.
  struct ProfileOutcome: Sendable {
    let arm: Int
    let pages: Int
    let impressions: Int
    let plays: Int
    let completions: Int
  }

  static func profiles(of experiment: ExperimentID, in db: SQLSession) throws -> [ProfileOutcome] {
    try db.rows(
      """
      SELECT p.arm, COUNT(DISTINCT p.id), COUNT(*), COUNT(i.began_at), SUM(i.watched_share >= ?)
      FROM shown_page p JOIN impression i ON i.page = p.id
      WHERE p.experiment = ? GROUP BY p.arm, p.profile LIMIT ?
      """, TasteLabel.watchedCompletion, experiment, rowLimit,
      as: { row in
        ProfileOutcome(
          arm: row.int(0), pages: row.int(1), impressions: row.int(2), plays: row.int(3), completions: row.int(4))
      })
  }

  /// Plays of the titles of either team, of each page that led to any.
  static func drafts(of experiment: ExperimentID, in db: SQLSession) throws -> [(own: Int, rival: Int)] {
    try db.rows(
      """
      SELECT SUM(i.team = 'own'), SUM(i.team = 'rival') FROM shown_page p JOIN impression i ON i.page = p.id
      WHERE p.experiment = ? AND i.began_at IS NOT NULL AND i.team IS NOT NULL GROUP BY p.id LIMIT ?
      """, experiment, rowLimit, as: { (own: $0.int(0), rival: $0.int(1)) })
  }

  /// Served by `impression_by_chance`.
  static func draws(since time: Timestamp, in db: SQLSession) throws -> [Replay.Draw] {
    try db.rows(
      """
      SELECT propensity, pool_size, pool_rank, popularity_rank, began_at IS NOT NULL FROM impression
      WHERE pool_size IS NOT NULL AND shown_at >= ? ORDER BY shown_at DESC LIMIT ?
      """, time, rowLimit,
      as: { row in
        Replay.Draw(
          propensity: row.double(0), poolSize: row.int(1), rank: row.int(2), popularityRank: row.int(3),
          isPlayed: row.bool(4))
      })
  }
}
