import CatalogAPI
import Contract

/// Search results as cards. While catalog is down the names in the gateway's own view are searched instead.
struct SearchPage: Sendable {
  let catalogue: CatalogueView
  let parts: ProfileParts
  let settings: GatewaySettings
  let catalog: any Transport
  let clock: WallClock

  func json(for query: SearchPageQuery, in context: CallContext) async throws -> [UInt8] {
    let catalogue = catalogue.current
    var audience = context.principal.audience(at: clock.now())
    async let viewingPart = parts.viewing(of: query.profile, in: context)
    var degraded: [String] = []
    let found: SearchResult
    do {
      found = try await catalog.call(
        CatalogEndpoints.search,
        SearchQuery(q: query.q, limit: query.limit, cursor: query.cursor, maturityLimit: audience.maturityLimit),
        in: context)
    } catch let error as any ProblemConvertible where error.problem.status >= 500 {
      found = names(like: query.q, in: catalogue, for: audience)
      degraded.append("catalog")
    }
    let viewing = await viewingPart
    audience.now = clock.now()
    if viewing.isDegraded { degraded.append("playback") }

    var json: [UInt8] = Array(#"{"items":["#.utf8)
    var isFirst = true
    for id in found.titleIds {
      guard let card = catalogue.card(id, for: audience) else { continue }
      if !isFirst { json.append(UInt8(ascii: ",")) }
      isFirst = false
      CardWriter.append(card, (viewing.value ?? .none).details(of: id), to: &json)
    }
    json += #"],"facets":{"genres":"#.utf8
    json += try JSON.encode(found.genres)
    json += #"},"didYouMean":null,"next":"#.utf8
    if let next = found.next { JSONText.append(next, to: &json) } else { json += "null".utf8 }
    JSONText.appendDegraded(degraded, to: &json)
    return json
  }

  private func names(like text: String, in catalogue: CatalogueView.State, for audience: Audience) -> SearchResult {
    let words = text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber })
    guard !words.isEmpty else { return SearchResult(titleIds: [], genres: [], next: nil) }
    let matching = catalogue.newest.lazy.filter { id in
      guard let card = catalogue.card(id, for: audience) else { return false }
      let name = card.name.lowercased()
      return words.allSatisfy { name.contains($0) }
    }
    return SearchResult(titleIds: Array(matching.prefix(settings.rowTitles)), genres: [], next: nil)
  }
}
