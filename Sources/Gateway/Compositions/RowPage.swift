import Contract
import RecommendationsAPI

/// More of one row: recommendations pages it, or for my list playback knows it; the gateway has the cards.
struct RowPage: Sendable {
  let catalogue: CatalogueView
  let parts: ProfileParts
  let settings: GatewaySettings
  let recommendations: any Transport
  let clock: WallClock

  private static let limitMaximum = 100

  func json(for query: RowPageQuery, in context: CallContext) async throws -> [UInt8] {
    if query.row == RowPlan.myListID { return try await myList(query, in: context) }
    async let viewingPart = parts.viewing(of: query.profile, in: context)
    var audience = context.principal.audience(at: clock.now())
    let row = try await recommendations.call(
      RecommendationsEndpoints.row,
      RowQuery(
        profile: query.profile, row: query.row, maturityLimit: audience.maturityLimit, limit: query.limit,
        cursor: query.cursor),
      in: context)
    let viewing = await viewingPart.value ?? .none
    audience.now = clock.now()
    let catalogue = catalogue.current
    guard let plan = try RowPlan(row, names: TitleNames(catalogue: catalogue, audience: audience)) else {
      throw Problem.notFound("There is no such row.")
    }
    let origin = CardOrigin(
      requestID: row.requestId ?? RequestID(at: audience.now), modelVersion: row.modelVersion)
    // On the page they are in the row of the list.
    let listed = plan.isOwn ? [] : Set(plan.titles.filter(viewing.isListed))
    var json: [UInt8] = []
    _ = plan.append(
      to: &json, catalogue: catalogue, viewing: viewing, audience: audience, origin: origin, besides: listed)
    return json
  }

  /// Nothing can stand in for it: without playback it is a 503.
  private func myList(_ query: RowPageQuery, in context: CallContext) async throws -> [UInt8] {
    let count = query.limit ?? settings.rowTitles
    guard (1...Self.limitMaximum).contains(count) else {
      throw Problem.invalid(field: "limit", "must be 1 to \(Self.limitMaximum)")
    }
    guard let viewing = await parts.viewing(of: query.profile, in: context).value else {
      throw Problem.unavailable("The list cannot be read now.")
    }
    let audience = context.principal.audience(at: clock.now())
    let catalogue = catalogue.current
    let names = TitleNames(catalogue: catalogue, audience: audience)
    var json: [UInt8] = []
    _ = RowPlan.myList(viewing, after: query.cursor, limit: count, names: names).append(
      to: &json, catalogue: catalogue, viewing: viewing, audience: audience,
      origin: CardOrigin(requestID: RequestID(at: audience.now)))
    return json
  }
}
