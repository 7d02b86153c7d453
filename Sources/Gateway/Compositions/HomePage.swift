import Contract
import RecommendationsAPI

/// The composed home page: recommendations' rows, what playback knows and the catalogue's cards, spliced
/// together as bytes.
struct HomePage: Sendable {
  let catalogue: CatalogueView
  let parts: ProfileParts
  let settings: GatewaySettings
  let clock: WallClock

  func json(for profile: ProfileID, in context: CallContext) async -> [UInt8] {
    async let rowsPart = parts.rows(of: profile, in: context)
    let viewingPart = await parts.viewing(of: profile, in: context)
    let rows = await rowsPart
    let catalogue = catalogue.current
    let audience = context.principal.audience(at: clock.now())

    var degraded: [String] = []
    if !catalogue.isLoaded { degraded.append("catalog") }
    if viewingPart.isDegraded { degraded.append("playback") }
    if rows.isDegraded { degraded.append("recommendations") }

    let viewing = viewingPart.value ?? .none
    // Rows that serve although they are outdated may name what is no longer there.
    let names = TitleNames(catalogue: catalogue, audience: audience)
    var page =
      rows.value?.rows.filter(names.admits)
      ?? RowPlan.fallback(catalogue, viewing.resume, settings.rowTitles, for: audience)
    // Beneath what is to be continued, whether or not there is any.
    let isContinued = page.first?.kind == RecommendedRow.Kind.continueWatching.rawValue
    page.insert(RowPlan.myList(viewing, after: nil, limit: settings.rowTitles, names: names), at: isContinued ? 1 : 0)
    let origin = CardOrigin(
      requestID: rows.value?.requestID ?? RequestID(at: audience.now),
      modelVersion: rows.value?.modelVersion)
    return write(
      page, origin: origin, profile: profile, viewing: viewing, catalogue: catalogue, audience: audience,
      degraded: degraded)
  }

  private func write(
    _ plans: [RowPlan], origin: CardOrigin, profile: ProfileID, viewing: ProfileViewing,
    catalogue: CatalogueView.State, audience: Audience, degraded: [String]
  ) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(64 * 1024)
    json += #"{"id":""#.utf8
    json += origin.requestID.description.utf8
    json += #"","profileId":""#.utf8
    json += profile.description.utf8
    json += #"","rows":["#.utf8
    var isFirst = true
    // What is to be continued or on the list is in that row and in no other.
    var elsewhere: Set<TitleID> = []
    for plan in plans {
      let lengthBefore = json.count
      if !isFirst { json.append(UInt8(ascii: ",")) }
      let hasCards = plan.append(
        to: &json, catalogue: catalogue, viewing: viewing, audience: audience, origin: origin, besides: elsewhere)
      if plan.isOwn { elsewhere.formUnion(plan.titles) }
      guard hasCards else {
        json.removeLast(json.count - lengthBefore)  // none of its titles may be shown
        continue
      }
      isFirst = false
    }
    json.append(UInt8(ascii: "]"))
    JSONText.appendDegraded(degraded, to: &json)
    return json
  }
}

/// Which resume points are worth showing: begun, and not all but finished.
enum ResumeRule {
  static func isUnderWay(_ point: CardDetails.Resume) -> Bool {
    guard point.durationSeconds > 0 else { return false }
    return (0.02...0.92).contains(point.positionSeconds / point.durationSeconds)
  }
}
