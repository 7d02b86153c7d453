import Contract
import RecommendationsAPI

/// One row before its cards are looked up.
struct RowPlan: Sendable {
  var id: String
  /// As it is written: a ``RecommendedRow/Kind`` or `myList`.
  var kind: String
  var title: String
  var titles: [TitleID]
  /// Why each of the titles is shown, already JSON.
  var reasons: [[UInt8]]
  /// Of titles where chance had a part.
  var propensities: [TitleID: Double] = [:]
  var next: String?
  /// Titles whose names are in the row's own words.
  private(set) var named: Set<TitleID> = []

  /// Nil for a row about a title that may not be named.
  init?(_ row: RecommendedRow, names: TitleNames) throws {
    var named: Set<TitleID> = []
    id = row.id
    kind = row.kind.rawValue
    if row.kind == .becauseYouWatched {
      guard let anchor = row.topic.flatMap({ TitleID($0) }), let name = names.name(anchor) else { return nil }
      named.insert(anchor)
      title = "Because you watched \(name)"
    } else {
      title = Self.title(of: row.kind, topic: row.topic)
    }
    titles = row.items.map(\.titleId)
    // Most items of a row have the same reason.
    var written: [Reason: [UInt8]] = [:]
    reasons = try row.items.map { item in
      if let known = written[item.reason] { return known }
      let reason = names.named(item.reason)
      if [.watched, .liked].contains(reason.kind), let title = reason.titleId { named.insert(title) }
      let json = try JSON.encode(reason)
      written[item.reason] = json
      return json
    }
    self.named = named
    for item in row.items { propensities[item.titleId] = item.propensity }
    next = row.next
  }

  private init(id: String, kind: RecommendedRow.Kind, topic: String? = nil, titles: [TitleID]) {
    self.id = id
    self.kind = kind.rawValue
    title = Self.title(of: kind, topic: topic)
    self.titles = titles
    let text = #"{"kind":"\#(kind == .continueWatching ? "resume" : kind == .new ? "new" : "genre")","text":"#
    var reason = Array(text.utf8)
    JSONText.append(title, to: &reason)
    reason.append(UInt8(ascii: "}"))
    reasons = Array(repeating: reason, count: titles.count)
  }

  /// What can be shown without recommendations: the same for everyone but for what one has begun.
  static func fallback(
    _ catalogue: CatalogueView.State, _ resume: [TitleID: CardDetails.Resume], _ rowTitles: Int, for audience: Audience
  ) -> [RowPlan] {
    let begun = resume.filter { ResumeRule.isUnderWay($0.value) }.keys.sorted(by: >)
    var shown = Set(begun)
    var plans = [RowPlan(id: "continue-watching", kind: .continueWatching, titles: begun)]
    func row(_ id: String, _ kind: RecommendedRow.Kind, _ topic: String?, _ candidates: [TitleID]) {
      let titles = Array(
        candidates.lazy.filter { !shown.contains($0) && catalogue.card($0, for: audience) != nil }.prefix(rowTitles))
      shown.formUnion(titles)
      plans.append(RowPlan(id: id, kind: kind, topic: topic, titles: titles))
    }
    row("new", .new, nil, catalogue.newest)
    for genre in catalogue.genres.prefix(6) { row("genre-\(genre.name)", .genre, genre.name, genre.titles) }
    return plans
  }

  static let myListID = "my-list"

  /// The profile itself put its titles there.
  var isOwn: Bool { id == Self.myListID || kind == RecommendedRow.Kind.continueWatching.rawValue }

  /// The profile's own list: `limit` titles after the one that `cursor` names, from the beginning where that is no
  /// longer on it.
  static func myList(
    _ viewing: ProfileViewing, after cursor: String?, limit: Int, names: TitleNames
  ) -> RowPlan {
    let start = cursor.flatMap { TitleID($0) }.flatMap { viewing.list.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    // One more than is shown tells whether there is more.
    let found = Array(viewing.list.dropFirst(start).lazy.filter { names.name($0) != nil }.prefix(limit + 1))
    let titles = Array(found.prefix(limit))
    return RowPlan(
      id: myListID, kind: "myList", title: "My list", titles: titles,
      next: found.count > limit ? titles.last?.description : nil)
  }

  private init(id: String, kind: String, title: String, titles: [TitleID], next: String?) {
    self.id = id
    self.kind = kind
    self.title = title
    self.titles = titles
    self.next = next
    reasons = Array(repeating: Self.listedReason, count: titles.count)
  }

  private static let listedReason = Array(#"{"kind":"listed","text":"On your list"}"#.utf8)

  private static func title(of kind: RecommendedRow.Kind, topic: String?) -> String {
    switch kind {
    case .continueWatching: "Continue watching"
    case .topPicks: "Top picks for you"
    case .popular: "Popular on Matinee"
    case .becauseYouWatched: "Because of what you watched"
    case .trending: "Trending now"
    case .new: "New on Matinee"
    case .genre: (topic ?? "More").prefix(1).uppercased() + (topic ?? "More").dropFirst()
    }
  }

  /// Writes the row without the titles that are elsewhere on the page; false where it would have no card.
  func append(
    to json: inout [UInt8], catalogue: CatalogueView.State, viewing: ProfileViewing,
    audience: Audience, origin: CardOrigin, besides elsewhere: Set<TitleID> = []
  ) -> Bool {
    json += #"{"id":"#.utf8
    JSONText.append(id, to: &json)
    json += #","kind":""#.utf8
    json += kind.utf8
    json += #"","title":"#.utf8
    JSONText.append(title, to: &json)
    json += #","cards":["#.utf8
    var count = 0
    for (index, titleID) in titles.enumerated() where !elsewhere.contains(titleID) {
      guard let card = catalogue.card(titleID, for: audience) else { continue }
      if count > 0 { json.append(UInt8(ascii: ",")) }
      var origin = origin
      if let propensity = propensities[titleID] { origin.propensity = propensity }
      let details = viewing.details(
        of: titleID, onlyUnderWay: true, reason: reasons[index], origin: origin)
      CardWriter.append(card, details, to: &json)
      count += 1
    }
    json += #"],"next":"#.utf8
    if let next { JSONText.append(next, to: &json) } else { json += "null".utf8 }
    json.append(UInt8(ascii: "}"))
    return count > 0
  }
}
