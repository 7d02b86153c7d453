import Contract
import Foundation
import Logging
import ServiceLifecycle
import StorageKit
import Synchronization

/// Holds the current ``Shelf`` and makes a new one when the projection has changed: soon for the catalogue, at most
/// every few seconds for plays, which only move titles about.
final class ShelfKeeper: Sendable {
  /// Popularity fades also while nothing happens.
  private static let oldestRankingSeconds = 60.0

  private struct Followed {
    var standing = ProjectionStore.Standing(generation: 0, revision: 0)
    var facts: [TitleFacts?] = [nil]
    var numbers: [TitleID: TitleNumber] = [:]
    var plays: [TitleNumber: PlayCounts] = [:]
    var similarity = SimilarityIndex([])
    var rankedAt = Timestamp(milliseconds: 0)
    var hasUnrankedPlays = false
  }

  private let database: ServiceDatabase
  private let settings: RecommendationsSettings
  private let clock: WallClock
  /// How far catalog's events have been taken in.
  private let catalogBasis: @Sendable (SQLSession) throws -> EventPosition
  private let followed = Mutex(Followed())
  private let shelf = Mutex((shelf: Shelf.empty, basis: EventPosition(epoch: "", seq: 0)))

  init(
    database: ServiceDatabase, settings: RecommendationsSettings, clock: WallClock,
    catalogBasis: @escaping @Sendable (SQLSession) throws -> EventPosition
  ) {
    self.database = database
    self.settings = settings
    self.clock = clock
    self.catalogBasis = catalogBasis
  }

  var current: Shelf { currentWithBasis.shelf }

  /// The shelf, and the place in catalog's events up to which it has seen their effects.
  var currentWithBasis: (shelf: Shelf, basis: EventPosition) { shelf.withLock { $0 } }

  /// Follows the projection up to what is committed now. One caller at a time does the work.
  func refresh() throws {
    try followed.withLock { followed in
      let now = clock.now()
      let (news, basis) = try database.read { db in (try follow(&followed, in: db), try catalogBasis(db)) }
      defer { shelf.withLock { $0.basis = basis } }
      followed.hasUnrankedPlays = followed.hasUnrankedPlays || news.hasPlays
      let age = abs(now.seconds(since: followed.rankedAt))
      let isRankingDue =
        (followed.hasUnrankedPlays && age >= settings.rankingSeconds) || age >= Self.oldestRankingSeconds
      guard news.hasTitles || isRankingDue else { return }
      if news.hasTitles { followed.similarity = SimilarityIndex(followed.facts) }
      rank(&followed, at: now)
    }
  }

  private func rank(_ followed: inout Followed, at now: Timestamp) {
    let firstHour = settings.trending.firstHour(at: now)
    var popularity: [TitleNumber: Popularity] = [:]
    for title in followed.plays.keys {
      followed.plays[title]?.forget(before: firstHour)
      popularity[title] = followed.plays[title].map { settings.trending.popularity(of: $0, at: now) }
    }
    let made = Shelf(
      facts: followed.facts, numbers: followed.numbers, popularity: popularity, trending: settings.trending,
      similarity: followed.similarity)
    followed.rankedAt = now
    followed.hasUnrankedPlays = false
    shelf.withLock { $0.shelf = made }
  }

  private func follow(_ followed: inout Followed, in db: SQLSession) throws -> (hasTitles: Bool, hasPlays: Bool) {
    let standing = try ProjectionStore.standing(in: db)
    if standing == followed.standing { return (false, false) }
    var hasTitles = false
    var hasPlays = false
    if standing.generation != followed.standing.generation {
      followed = Followed()
      hasTitles = true
    }
    let known = followed.standing.revision
    try TitleFactsStore.forEachChanged(after: known, in: db) { number, facts in
      while followed.facts.count <= Int(number) { followed.facts.append(nil) }
      followed.facts[Int(number)] = facts
      followed.numbers[facts.id] = number
      hasTitles = true
    }
    try PlayCountStore.forEachChanged(after: known, in: db) { title, hour, profiles in
      followed.plays[title, default: PlayCounts()].set(profiles, inHour: hour)
      hasPlays = true
    }
    followed.standing = standing
    return (hasTitles, hasPlays)
  }
}
