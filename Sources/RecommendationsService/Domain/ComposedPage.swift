import Contract
import RecommendationsAPI

/// A page worked out, before it has an id.
struct ComposedPage: Sendable {
  struct Row: Sendable {
    let subject: PlannedRow.Subject
    fileprivate(set) var items: [TitleNumber]
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

  /// Puts a title at the end of a row that is there.
  mutating func append(_ title: TitleNumber, to subject: PlannedRow.Subject) {
    guard let index = rows.firstIndex(where: { $0.subject == subject }) else { return }
    rows[index].items.append(title)
    shown.insert(title)
  }

  /// Makes rows longer, the first one first, by titles that are in no row yet.
  mutating func lengthen(to count: Int) {
    for index in rows.indices where rows[index].items.count < count {
      let shown = shown
      let left = rows[index].titles.lazy.filter { !shown.contains($0) }
      let items = Array(left.prefix(count - rows[index].items.count))
      rows[index].items += items
      self.shown.formUnion(items)
    }
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
