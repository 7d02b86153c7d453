import Contract
import RecommendationsAPI

/// A page worked out, before it has an id.
struct ComposedPage: Sendable {
  struct Row: Sendable {
    let subject: PlannedRow.Subject
    let items: [TitleNumber]
    /// All that the row could be continued with, titles of other rows among them.
    let titles: [TitleNumber]
  }

  let modelVersion: String
  private(set) var rows: [Row] = []
  /// The titles of all rows.
  private(set) var shown: Set<TitleNumber> = []
  var exploration: Exploration?
  /// Whose each top pick is, while two orders are compared.
  var teams: [TitleNumber: TeamDraft.Team] = [:]
  var reasons: [TitleNumber: Reason] = [:]
  var propensities: [TitleNumber: Double] = [:]

  init(modelVersion: String) { self.modelVersion = modelVersion }

  /// A row without a title is none.
  mutating func append(_ subject: PlannedRow.Subject, _ items: [TitleNumber], of titles: [TitleNumber]) {
    guard !items.isEmpty else { return }
    rows.append(Row(subject: subject, items: items, titles: titles))
    shown.formUnion(items)
  }

  /// The rows as they are written, each with where it goes on.
  func planned(as page: RequestID?, on shelf: Shelf) -> [PlannedRow] {
    rows.map { row in
      var planned = PlannedRow(subject: row.subject, items: row.items)
      if row.titles.contains(where: { !shown.contains($0) }), let facts = row.items.last.map({ shelf.facts[Int($0)] }) {
        planned.next = facts.map { RowCursor(page: page, shown: row.items.count, last: $0.id) }
      }
      switch row.subject {
      case .topPicks, .popular:
        planned.reasons = reasons
        planned.propensities = propensities
      default: break
      }
      return planned
    }
  }
}
