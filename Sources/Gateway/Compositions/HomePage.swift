import Contract
import RecommendationsAPI

/// The composed home page: recommendations' rows, playback's resume points and the catalogue's cards, spliced
/// together as bytes.
struct HomePage: Sendable {
  let catalogue: CatalogueView
  let parts: ProfileParts
  let settings: GatewaySettings

  func json(for profile: ProfileID, in context: CallContext) async -> [UInt8] {
    async let rowsPart = parts.rows(of: profile, in: context)
    let resumePart = await parts.resumePoints(of: profile, in: context)
    let rows = await rowsPart
    let catalogue = catalogue.current
    let limit = context.principal.maturityLimit ?? .all

    var degraded: [String] = []
    if !catalogue.isLoaded { degraded.append("catalog") }
    if resumePart.isDegraded { degraded.append("playback") }
    if rows.isDegraded { degraded.append("recommendations") }

    let resume = resumePart.value ?? [:]
    let page = rows.value.map { RowPlan.plans(of: $0) } ?? RowPlan.fallback(catalogue, resume, settings.rowTitles)
    let requestID = rows.value?.requestID ?? RequestID(at: WallClock.system.now())
    return write(
      page, requestID: requestID, profile: profile, resume: resume, catalogue: catalogue, limit: limit,
      degraded: degraded)
  }

  private func write(
    _ plans: [RowPlan], requestID: RequestID, profile: ProfileID, resume: ProfileParts.ResumeByTitle,
    catalogue: CatalogueView.State, limit: MaturityRating, degraded: [String]
  ) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(64 * 1024)
    json += #"{"id":""#.utf8
    json += requestID.description.utf8
    json += #"","profileId":""#.utf8
    json += profile.description.utf8
    json += #"","rows":["#.utf8
    var isFirst = true
    for plan in plans {
      let lengthBefore = json.count
      if !isFirst { json.append(UInt8(ascii: ",")) }
      guard plan.append(to: &json, catalogue: catalogue, resume: resume, limit: limit, requestID: requestID) else {
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

/// One row before its cards are looked up.
struct RowPlan: Sendable {
  var id: String
  var kind: RecommendedRow.Kind
  var title: String
  var titles: [TitleID]
  /// JSON, as many as titles; empty where no item has one.
  var reasons: [[UInt8]]
  var next: String?

  static func plans(of rows: ProfileParts.Rows) -> [RowPlan] {
    zip(rows.rows, rows.reasons).map { row, reasons in RowPlan(row, reasons) }
  }

  init(_ row: RecommendedRow, _ reasons: [[UInt8]]) {
    id = row.id
    kind = row.kind
    title = Self.title(of: row.kind, topic: row.topic)
    titles = row.items.map(\.titleId)
    self.reasons = reasons
    next = row.next
  }

  private init(id: String, kind: RecommendedRow.Kind, topic: String? = nil, titles: [TitleID]) {
    self.id = id
    self.kind = kind
    title = Self.title(of: kind, topic: topic)
    self.titles = titles
    reasons = []
  }

  /// What can be shown without recommendations: the same for everyone but for what one has begun.
  static func fallback(
    _ catalogue: CatalogueView.State, _ resume: ProfileParts.ResumeByTitle, _ rowTitles: Int
  ) -> [RowPlan] {
    let begun = resume.filter { ResumeRule.isUnderWay($0.value) }.keys.sorted(by: >)
    var shown = Set(begun)
    var plans = [RowPlan(id: "continue-watching", kind: .continueWatching, titles: begun)]
    func row(_ id: String, _ kind: RecommendedRow.Kind, _ topic: String?, _ candidates: [TitleID]) {
      let titles = Array(candidates.lazy.filter { !shown.contains($0) }.prefix(rowTitles))
      shown.formUnion(titles)
      plans.append(RowPlan(id: id, kind: kind, topic: topic, titles: titles))
    }
    row("new", .new, nil, catalogue.newest)
    for genre in catalogue.genres.prefix(6) { row("genre-\(genre.name)", .genre, genre.name, genre.titles) }
    return plans
  }

  private static func title(of kind: RecommendedRow.Kind, topic: String?) -> String {
    switch kind {
    case .continueWatching: "Continue watching"
    case .trending: "Trending now"
    case .new: "New on Matinee"
    case .genre: (topic ?? "More").prefix(1).uppercased() + (topic ?? "More").dropFirst()
    }
  }

  /// Writes the row; false where it would have no card.
  func append(
    to json: inout [UInt8], catalogue: CatalogueView.State, resume: ProfileParts.ResumeByTitle,
    limit: MaturityRating, requestID: RequestID
  ) -> Bool {
    json += #"{"id":"#.utf8
    JSONText.append(id, to: &json)
    json += #","kind":""#.utf8
    json += kind.rawValue.utf8
    json += #"","title":"#.utf8
    JSONText.append(title, to: &json)
    json += #","cards":["#.utf8
    var count = 0
    for (index, titleID) in titles.enumerated() {
      guard let card = catalogue.card(titleID, within: limit) else { continue }
      if count > 0 { json.append(UInt8(ascii: ",")) }
      let details = CardDetails(
        resume: resume[titleID].flatMap { ResumeRule.isUnderWay($0) ? $0 : nil },
        reason: reasons.isEmpty ? nil : reasons[index], requestID: requestID)
      CardWriter.append(card, details, to: &json)
      count += 1
    }
    json += #"],"next":"#.utf8
    if let next { JSONText.append(next, to: &json) } else { json += "null".utf8 }
    json.append(UInt8(ascii: "}"))
    return count > 0
  }
}

/// Which resume points are worth showing: begun, and not all but finished.
enum ResumeRule {
  static func isUnderWay(_ point: CardDetails.Resume) -> Bool {
    guard point.durationSeconds > 0 else { return false }
    return (0.02...0.92).contains(point.positionSeconds / point.durationSeconds)
  }
}
