import Contract
import Foundation
import RecommendationsAPI

/// Makes one profile's home page. What is to be continued comes first, then top picks, then stage by stage the row
/// that promises most among the titles not on the page yet: Σ max(score, 0) / log₂(place + 1), over what is seen of
/// a row without scrolling. Otherwise long rows of what hardly interests would come before short ones of what does.
///
/// No title is twice on a page. So what is seen of the first rows is dealt before the rest of them: the seventh best
/// title is better seen in the second row than hidden at the end of the first.
struct PageComposer {
  let sources: RowSources
  let policy: PagePolicy
  /// Of whom top picks are drafted together with; nil outside such an experiment.
  let rival: ProfileRanking?

  private var shelf: Shelf { sources.shelf }
  private var bounds: PageBounds { sources.bounds }

  init(
    shelf: Shelf, viewer: Viewer, rankers: Rankers, policy: PagePolicy = PagePolicy(), bounds: PageBounds
  ) {
    let ranking = rankers[policy.ranker].ranking(for: viewer, on: shelf)
    sources = RowSources(shelf: shelf, viewer: viewer, ranking: ranking, bounds: bounds)
    self.policy = policy
    rival = policy.rival.map { rankers[$0.ranker].ranking(for: viewer, on: shelf) }
  }

  func page(using random: inout some RandomNumberGenerator) -> ComposedPage {
    var page = ComposedPage(modelVersion: sources.ranking.modelVersion)
    page.append(.continueWatching, Array(sources.unfinished.prefix(bounds.rowItems)), of: sources.unfinished)
    let ordered = sources.byScore()
    addTopPicks(to: &page, from: ordered, using: &random)
    addRows(to: &page, from: ordered, using: &random)
    explainTopPicks(of: &page)
    return page
  }

  private func addRows(
    to page: inout ComposedPage, from ordered: [TitleNumber], using random: inout some RandomNumberGenerator
  ) {
    var fixed = [sources.trending, sources.newest]
    var candidates = fixed + (bounds.becauseRows > 0 ? sources.because : []) + sources.genres(ordered)
    var becauseCount = 0
    while page.rows.count < bounds.rows {
      let left = bounds.rows - page.rows.count
      // What trends and what is new has a place on every page, however little it promises.
      let isReserved = fixed.count >= left
      guard let best = best(of: isReserved ? fixed : candidates, for: page) else {
        if isReserved, !fixed.isEmpty {
          fixed.removeAll()
          continue
        }
        break
      }
      page.append(best.source.subject, best.titles, of: best.source.titles)
      candidates.removeAll { $0.subject == best.source.subject }
      fixed.removeAll { $0.subject == best.source.subject }
      if case .becauseYouWatched = best.source.subject { becauseCount += 1 }
      if becauseCount == bounds.becauseRows { candidates.removeAll { $0.isBecause } }
      if page.rows.count % bounds.visibleRows == 0 { finishScreen(of: &page, from: ordered, using: &random) }
    }
    finishScreen(of: &page, from: ordered, using: &random)
  }

  /// What is seen of some rows is dealt: now what else is in them is.
  private func finishScreen(
    of page: inout ComposedPage, from ordered: [TitleNumber], using random: inout some RandomNumberGenerator
  ) {
    explore(&page, from: ordered, using: &random)
    page.lengthen(to: bounds.rowItems)
  }

  /// More of one row, none of which is in `shown`; nil where there is no such row.
  func titles(ofRow id: String, besides shown: Set<TitleNumber>) -> RowSources.Source? {
    guard let source = source(ofRow: id) else { return nil }
    return RowSources.Source(
      subject: source.subject, titles: Array(source.titles.lazy.filter { !shown.contains($0) }.prefix(bounds.rowDepth)))
  }

  /// Why a title is among the top picks.
  func reason(ofTopPick title: TitleNumber) -> Reason? {
    if let anchor = sources.ranking.namedAnchor(of: title), shelf.admits(anchor, to: sources.viewer.audience),
      let facts = shelf.facts[Int(anchor)]
    {
      return sources.viewer.hasWatched(anchor)
        ? Reason(kind: .watched, text: "Because of what you watched", titleId: facts.id)
        : Reason(kind: .liked, text: "Because of what you like", titleId: facts.id)
    }
    let taste = sources.taste
    let watched = shelf.genresOfTitle[Int(title)].filter { taste[$0] > 0 }.max { taste[$0] < taste[$1] }
    return watched.map { Reason(kind: .genre, text: "Because you watch \(shelf.genres[$0].name)") }
  }

  // MARK: - Top picks

  private func addTopPicks(
    to page: inout ComposedPage, from ordered: [TitleNumber], using random: inout some RandomNumberGenerator
  ) {
    let own = topPicks(ordered)
    guard own.count >= bounds.genreRowItemsMinimum else { return }
    var titles = own
    var teams: [TitleNumber: TeamDraft.Team] = [:]
    if let rival, let other = policy.rival {
      let rivals = RowSources(shelf: shelf, viewer: sources.viewer, ranking: rival, bounds: bounds)
      let theirs = rivals.best(of: rivals.byScore())
      let draft = TeamDraft(
        own, calibrated(theirs, rival.scores, share: other.calibrationShare), count: bounds.rowItems, using: &random)
      titles = draft.items + own.filter { draft.teams[$0] == nil }
      teams = draft.teams
    }
    let seen = bounds.dealtFirst
    let leavesPlace = policy.explores && min(seen, titles.count) > Exploration.place
    let items = Array(titles.prefix(leavesPlace ? Exploration.place : seen))
    page.append(topPicksSubject, items, of: titles)
    // What makes the row longer later is what other rows left, and those are made by one side's order alone.
    page.teams = teams.filter { items.contains($0.key) }
  }

  /// Gives the place that was left among the top picks to a title drawn from those that are seen nowhere on the first
  /// screen.
  private func explore(
    _ page: inout ComposedPage, from ordered: [TitleNumber], using random: inout some RandomNumberGenerator
  ) {
    guard policy.explores, bounds.dealtFirst > Exploration.place,
      let picks = page.rows.first(where: { $0.subject == topPicksSubject })?.items,
      picks.count == Exploration.place
    else { return }
    let shown = page.shown
    let pool = Array(ordered.lazy.filter { !shown.contains($0) }.prefix(Exploration.poolSize))
      .filter { shelf.isPlayable[Int($0)] || !shelf.isPlayable[Int(picks[0])] }
    guard let explored = Exploration(from: pool, popularity: shelf.popularity, using: &random) else { return }
    page.append(explored.title, to: topPicksSubject)
    page.exploration = explored
    page.reasons[explored.title] = Reason(kind: .explored, text: "Something different")
    page.propensities[explored.title] = explored.propensity
  }

  /// Once it is known which titles they are.
  private func explainTopPicks(of page: inout ComposedPage) {
    let items = page.rows.first { $0.subject == topPicksSubject }?.items ?? []
    for title in items where page.reasons[title] == nil { page.reasons[title] = reason(ofTopPick: title) }
  }

  private var topPicksSubject: PlannedRow.Subject { sources.viewer.history.isEmpty ? .popular : .topPicks }

  private func topPicks(_ ordered: [TitleNumber]) -> [TitleNumber] {
    calibrated(sources.best(of: ordered), sources.ranking.scores, share: policy.calibrationShare)
  }

  private func calibrated(_ titles: [TitleNumber], _ scores: [Float], share: Double) -> [TitleNumber] {
    Calibration(share: share, history: sources.viewer.history, shelf: shelf)
      .rerank(titles, scores: scores, count: bounds.rowItems)
  }

  // MARK: - Stages

  private func best(
    of candidates: [RowSources.Source], for page: ComposedPage
  ) -> (source: RowSources.Source, titles: [TitleNumber])? {
    var best: (source: RowSources.Source, titles: [TitleNumber], value: Float)?
    for source in candidates {
      let titles = Array(
        source.titles.lazy.filter { !page.shown.contains($0) }.prefix(bounds.dealtFirst))
      guard titles.count >= (source.isPersonal ? bounds.genreRowItemsMinimum : 1) else { continue }
      let value = value(of: titles)
      if best == nil || value > best?.value ?? 0 { best = (source, titles, value) }
    }
    return best.map { ($0.source, $0.titles) }
  }

  /// What a row of these promises.
  func value(of titles: [TitleNumber]) -> Float {
    zip(titles.prefix(bounds.visibleItems), Self.discounts).reduce(0) {
      $0 + max(0, sources.ranking.scores[Int($1.0)]) * $1.1
    }
  }

  /// 1 / log₂(place + 1), places counted from 1.
  private static let discounts: [Float] = (1...20).map { 1 / log2(Float($0 + 1)) }

  private func source(ofRow id: String) -> RowSources.Source? {
    switch id {
    case PlannedRow.Subject.continueWatching.id:
      return RowSources.Source(subject: .continueWatching, titles: sources.unfinished)
    case PlannedRow.Subject.trending.id: return sources.trending
    case PlannedRow.Subject.new.id: return sources.newest
    case PlannedRow.Subject.topPicks.id, PlannedRow.Subject.popular.id:
      return RowSources.Source(subject: topPicksSubject, titles: topPicks(sources.byScore()))
    default:
      if let anchor = PlannedRow.Subject.anchor(ofRow: id).flatMap(shelf.number(of:)) {
        return sources.ranking.anchors.contains(anchor) ? sources.because(anchor) : nil
      }
      return sources.genres(sources.byScore()).first { $0.subject.id == id }
    }
  }
}

extension RowSources.Source {
  fileprivate var isBecause: Bool {
    if case .becauseYouWatched = subject { true } else { false }
  }

  /// A row that is left out rather than short.
  fileprivate var isPersonal: Bool {
    switch subject {
    case .becauseYouWatched, .genre: true
    default: false
    }
  }
}
