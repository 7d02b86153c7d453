import Contract
import RecommendationsAPI

/// More of one row: recommendations pages it, the gateway has the cards.
struct RowPage: Sendable {
  let catalogue: CatalogueView
  let parts: ProfileParts
  let recommendations: any Transport

  func json(for query: RowPageQuery, in context: CallContext) async throws -> [UInt8] {
    async let resumePart = parts.resumePoints(of: query.profile, in: context)
    let limit = context.principal.maturityLimit ?? .all
    let row = try await recommendations.call(
      RecommendationsEndpoints.row,
      RowQuery(
        profile: query.profile, row: query.row, maturityLimit: limit, limit: query.limit, cursor: query.cursor),
      in: context)
    let resume = await resumePart
    let reasons = try row.items.map { try JSON.encode($0.reason) }
    var json: [UInt8] = []
    _ = RowPlan(row, reasons).append(
      to: &json, catalogue: catalogue.current, resume: resume.value ?? [:], limit: limit,
      requestID: RequestID(at: WallClock.system.now()))
    return json
  }
}
