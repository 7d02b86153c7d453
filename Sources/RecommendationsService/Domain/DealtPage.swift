import Contract
import RecommendationsAPI

/// A page that was given out: what is on it stays there while one scrolls, and what is shown of it is reported
/// under its id.
struct DealtPage: Sendable {
  struct Row: Sendable {
    let id: String
    /// Also those that were asked for later.
    var items: [TitleNumber]
  }

  /// Where a title is on the page, and how it came there.
  struct Place: Sendable, Hashable {
    let row: String
    let position: Int
    let propensity: Double
    let team: TeamDraft.Team?
    let exploration: Exploration?
  }

  let id: RequestID
  let profile: ProfileID
  private let audience: Audience
  let modelVersion: String
  /// How it was ordered: its rows go on in the same way.
  let policy: PagePolicy
  /// The experiment the page is part of, and on which side.
  let allocation: Allocation?
  let exploration: Exploration?
  let teams: [TitleNumber: TeamDraft.Team]
  private(set) var rows: [Row]

  init(
    _ page: ComposedPage, id: RequestID, for viewer: Viewer, by policy: PagePolicy = PagePolicy(),
    allocation: Allocation?
  ) {
    self.id = id
    profile = viewer.profile
    audience = viewer.audience
    modelVersion = page.modelVersion
    self.policy = policy
    self.allocation = allocation
    exploration = page.exploration
    teams = page.teams
    rows = page.rows.map { Row(id: $0.subject.id, items: $0.items) }
  }

  /// Whether it was dealt to such an audience, whenever that was.
  func isFor(_ other: Audience) -> Bool {
    audience.maturityLimit == other.maturityLimit && audience.place == other.place
  }

  func items(ofRow id: String) -> [TitleNumber]? { rows.first { $0.id == id }?.items }

  /// All titles of the page.
  var shown: Set<TitleNumber> { Set(rows.flatMap(\.items)) }

  /// Puts `items` at the end of a row, unless somebody did meanwhile.
  mutating func extend(_ id: String, from count: Int, by items: [TitleNumber]) {
    guard let index = rows.firstIndex(where: { $0.id == id }), rows[index].items.count == count else { return }
    let known = shown
    rows[index].items += items.filter { !known.contains($0) }
  }

  func place(of title: TitleNumber) -> Place? {
    for row in rows {
      guard let position = row.items.firstIndex(of: title) else { continue }
      let isExplored = exploration?.title == title
      return Place(
        row: row.id, position: position, propensity: isExplored ? exploration?.propensity ?? 1 : 1,
        team: teams[title], exploration: isExplored ? exploration : nil)
    }
    return nil
  }
}
