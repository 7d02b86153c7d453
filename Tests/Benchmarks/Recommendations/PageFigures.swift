import Contract
import Foundation
import RecommendationsAPI
import RecommenderKit

@testable import RecommendationsService

/// What pages came to, by arm and person, in the same order for every arm.
struct PageFigures {
  static let rows = 5
  static let rowItems = 6
  private static let slots = rows * rowItems

  private struct Arm {
    var recall: [Double] = []
    var mismatch: [Double] = []
    var picksRecall: [Double] = []
    var picksMismatch: [Double] = []
    var repeats = 0
    /// Of what can be seen: slots and found titles by kind of row.
    var slots: [String: Int] = [:]
    var found: [String: Int] = [:]
  }

  private var names: [String] = []
  private var arms: [String: Arm] = [:]

  mutating func note(_ page: PageArm.Page, of person: PageStage.Person, on shelf: Shelf, by name: String) {
    if arms[name] == nil { names.append(name) }
    var arm = arms[name] ?? Arm()
    let isList = page.rows.count == 1
    let visible = page.rows.prefix(Self.rows).map { ($0.kind, $0.titles.prefix(isList ? Self.slots : Self.rowItems)) }
    let shown = visible.flatMap(\.1)
    arm.repeats += shown.count - Set(shown).count
    arm.recall.append(RankingMetrics.recall(at: Self.slots, of: shown.unique, relevant: person.relevant))
    var known: Set<TitleNumber> = []
    for (kind, titles) in visible {
      arm.slots[kind, default: 0] += titles.count
      arm.found[kind, default: 0] += titles.count { person.relevant.contains($0) && known.insert($0).inserted }
    }
    let calibration = Calibration(share: 0, history: person.viewer.history, shelf: shelf)
    arm.mismatch.append(calibration.mismatch(of: shown.unique))
    if !page.picks.isEmpty {
      let picks = page.picks.prefix(20)
      arm.picksRecall.append(RankingMetrics.recall(at: 20, of: Array(picks), relevant: person.relevant))
      arm.picksMismatch.append(calibration.mismatch(of: Array(picks)))
    }
    arms[name] = arm
  }

  func repeats(of name: String) -> Int { arms[name]?.repeats ?? 0 }

  var lines: [String] {
    let people = arms[PageArm.ours]?.recall.count ?? 0
    return ["\(people) people, \(Self.rows) rows of \(Self.rowItems) seen without scrolling, 95 % intervals"]
      + names.map(line) + ["", "ours over the others, recall of the same people:"]
      + names.dropFirst().map { "  \($0): \(lead(over: $0))" }
      + ["", "of what is seen of our page, by kind of row: slots a page, share of all that was found"] + kinds
  }

  private func line(_ name: String) -> String {
    let arm = arms[name] ?? Arm()
    let recall = "recall \(text(Interval(of: arm.recall)))"
    let picks =
      arm.picksRecall.isEmpty
      ? ""
      : String(
        format: "; 20 top picks: recall %.3f, mismatch %.3f", Interval(of: arm.picksRecall).mean,
        Interval(of: arm.picksMismatch).mean)
    let repeats = String(format: "%.2f", Double(arm.repeats) / Double(max(1, arm.recall.count)))
    return name.padding(toLength: 34, withPad: " ", startingAt: 0)
      + "\(recall), repeats \(repeats) a page, mismatch \(text(Interval(of: arm.mismatch)))\(picks)"
  }

  private func lead(over name: String) -> String {
    let own = arms[PageArm.ours]?.recall ?? []
    let other = arms[name]?.recall ?? []
    return text(Interval(of: zip(own, other).map { $0 - $1 }), format: "%+.4f")
  }

  private var kinds: [String] {
    guard let arm = arms[PageArm.ours] else { return [] }
    let pages = Double(max(1, arm.recall.count))
    let found = Double(max(1, arm.found.values.reduce(0, +)))
    return RecommendedRow.Kind.allCases.map(\.rawValue).map { kind in
      let slots = arm.slots[kind] ?? 0
      return "  " + kind.padding(toLength: 20, withPad: " ", startingAt: 0)
        + String(format: "%5.2f  %.3f", Double(slots) / pages, Double(arm.found[kind] ?? 0) / found)
    }
  }

  private func text(_ interval: Interval, format: String = "%.3f") -> String {
    String(format: "\(format) [\(format), \(format)]", interval.mean, interval.low, interval.high)
  }
}

extension Array where Element: Hashable {
  /// In their order, each once.
  fileprivate var unique: [Element] {
    var known: Set<Element> = []
    return filter { known.insert($0).inserted }
  }
}
