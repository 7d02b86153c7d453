import CatalogAPI
import Contract
import ServerKit
import StorageKit
import TelemetryKit

/// The search box. Whatever is typed is answered; where the words as typed find little, near words are tried.
struct SearchRoutes: Sendable {
  let database: ServiceDatabase
  let settings: CatalogSettings
  let clock: WallClock
  /// By what came of them: `found`, `mended` (misspelt words) or `nothing`.
  private let searches: Counter

  init(database: ServiceDatabase, settings: CatalogSettings, clock: WallClock, metrics: Metrics) {
    self.database = database
    self.settings = settings
    self.clock = clock
    searches = metrics.counter("catalog_searches_total", help: "Searches, by outcome.", labels: ["outcome"])
  }

  func add(to routes: inout Routes) {
    routes.on(CatalogEndpoints.search) { call in
      try search(call.parameters, principal: call.request.principal)
    }
  }

  func search(_ query: SearchQuery, principal: Principal) throws -> SearchResult {
    let limit = try settings.pageLimit(query.limit)
    var first = 0
    if let cursor = query.cursor {
      guard case .matchesFrom(let index) = try ListCursor(cursor) else { throw CatalogError.cursorUnknown }
      first = index
    }
    // The stricter of what is asked for and what the caller may see.
    let audience = principal.audience(at: clock.now(), asked: query.maturityLimit, otherwise: .eighteen)
    let phrase = SearchPhrase(query.q)
    guard !phrase.isEmpty else { return SearchResult(titleIds: [], genres: [], next: nil) }
    return try database.read { db in
      let found = try matches(phrase, for: audience, in: db)
      let outcome = found.didYouMean != nil ? "mended" : found.matches.isEmpty ? "nothing" : "found"
      searches.increment(by: 1, [outcome])
      let page = found.matches.dropFirst(first).prefix(limit)
      return SearchResult(
        titleIds: page.map(\.id),
        genres: try SearchStore.genres(of: found.matches, limit: settings.facetsMaximum, in: db),
        didYouMean: found.didYouMean,
        next: page.endIndex < found.matches.count ? ListCursor.matchesFrom(page.endIndex).text : nil)
    }
  }

  private func matches(
    _ phrase: SearchPhrase, for audience: Audience, in db: SQLSession
  ) throws -> (matches: [Match], didYouMean: String?) {
    let window = settings.searchWindowTitles
    let typed = try SearchStore.matches(
      phrase.expression, name: phrase.text, for: audience, limit: window, in: db)
    guard typed.count < settings.spellingBelowTitles else { return (typed, nil) }
    var corrections: [String: [String]] = [:]
    for (index, word) in phrase.words.enumerated() where corrections[word] == nil {
      let isUnfinished = index == phrase.words.count - 1
      corrections[word] = try SearchStore.corrections(of: word, isUnfinished: isUnfinished, in: db)
    }
    guard corrections.values.contains(where: { !$0.isEmpty }) else { return (typed, nil) }
    let meant = phrase.words.map { corrections[$0]?.first ?? $0 }.joined(separator: " ")
    let mended = try SearchStore.matches(
      phrase.expression(corrections: corrections), name: meant, for: audience, limit: window, in: db)
    let known = Set(typed)
    let all = Array((typed + mended.filter { !known.contains($0) }).prefix(window))
    return (all, typed.isEmpty && !mended.isEmpty ? meant : nil)
  }
}
