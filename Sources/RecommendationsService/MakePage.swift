import Contract
import RecommendationsAPI
import StorageKit

/// Makes pages: reads what is known of the viewer, composes, and remembers what was given out.
struct MakePage: Sendable {
  let database: ServiceDatabase
  let keeper: ShelfKeeper
  let pages: PageKeeper
  let running: RunningExperiment
  let rankers: Rankers
  let settings: RecommendationsSettings
  /// A profile's latest titles that its taste is read from.
  let historyRead: Int
  let clock: WallClock
  /// How far playback's events had been taken in, read in the same transaction as what they led to.
  let basis: @Sendable (SQLSession) throws -> EventPosition

  /// A viewer as one read saw them, and the place in playback's events up to which it saw their effects.
  struct Seen: Sendable {
    let viewer: Viewer
    /// Titles that the profile does not want, and since when.
    let hidden: [(title: TitleNumber, at: Timestamp)]
    let basis: EventPosition
  }

  func see(_ profile: ProfileID, for audience: Audience, on shelf: Shelf) throws -> Seen {
    try database.read { db in
      let watches = try WatchStore.latest(of: profile, limit: settings.page.watchesRead, in: db)
      let hidden = try TasteStore.hidden(of: profile, limit: settings.hiddenMaximum, in: db)
      let viewer = Viewer(
        profile: profile, watches: watches, audience: audience, excluded: Set(hidden.map(\.title)),
        tasteResetAt: try TasteStore.resetAt(profile, in: db),
        taste: try InteractionStore.history(of: profile, limit: historyRead, in: db), on: shelf)
      return Seen(viewer: viewer, hidden: hidden, basis: try basis(db))
    }
  }

  /// A new page, written as the answer to ``RecommendationsEndpoints/rows``.
  func page(of profile: ProfileID, for audience: Audience) throws -> [UInt8] {
    let (shelf, catalogBasis) = keeper.currentWithBasis
    let seen = try see(profile, for: audience, on: shelf)
    let experiment = running.current
    let allocation = experiment.flatMap { Allocation(of: profile, in: $0) }
    let policy = PagePolicy(settings.policy, allocation, of: experiment)
    let id = RequestID(at: seen.viewer.now)
    var random = SeededRandom(page: id)
    let page = composer(of: seen.viewer, on: shelf, policy).page(using: &random)
    pages.keep(DealtPage(page, id: id, for: seen.viewer, by: policy, allocation: allocation))
    return RowsWriter.page(
      page.planned(as: id, on: shelf), of: shelf, requestID: id, modelVersion: page.modelVersion, basis: seen.basis,
      catalogBasis: catalogBasis)
  }

  /// More of one row: of the page that the cursor names while that is remembered, else as the row is now.
  func row(
    _ id: String, of profile: ProfileID, for audience: Audience, after cursor: RowCursor?, count: Int
  ) throws -> [UInt8] {
    let shelf = keeper.current
    let viewer = try see(profile, for: audience, on: shelf).viewer
    if let cursor, let page = cursor.page.flatMap({ pages.page($0, of: profile) }), page.isFor(audience),
      page.items(ofRow: id) != nil
    {
      let composer = self.composer(of: viewer, on: shelf, page.policy)
      guard let row = more(of: page, id, from: cursor.shown, count: count, composer, shelf) else {
        throw RecommendationsError.rowUnknown(id)
      }
      return row
    }
    let composer = self.composer(of: viewer, on: shelf, settings.policy)
    guard let source = composer.titles(ofRow: id, besides: []) else { throw RecommendationsError.rowUnknown(id) }
    let start = cursor.map { $0.start(in: source.titles, shelf) } ?? 0
    var row = PlannedRow(subject: source.subject, items: Array(source.titles.dropFirst(start).prefix(count)))
    row.explain(by: composer)
    let shown = start + row.items.count
    if shown < source.titles.count, let last = row.items.last.flatMap({ shelf.facts[Int($0)] }) {
      row.next = RowCursor(shown: shown, last: last.id)
    }
    return RowsWriter.row(row, of: shelf, page: nil, modelVersion: composer.sources.ranking.modelVersion)
  }

  /// What was dealt stays as it was dealt; what follows is on no other row of the page.
  private func more(
    of page: DealtPage, _ id: String, from shown: Int, count: Int, _ composer: PageComposer, _ shelf: Shelf
  ) -> [UInt8]? {
    var page = page
    guard let source = composer.titles(ofRow: id, besides: page.shown) else { return nil }
    let dealt = page.items(ofRow: id)?.count ?? 0
    let wanted = min(settings.page.rowDepth, shown + count)
    if dealt < wanted {
      page = pages.extend(page, row: id, by: Array(source.titles.prefix(wanted - dealt)))
    }
    let known = page.items(ofRow: id) ?? []
    let items = known.dropFirst(shown).prefix(count).filter { composer.sources.isAllowed($0) }
    var row = PlannedRow(subject: source.subject, items: items)
    row.explain(by: composer)
    let hasMore = known.count > wanted || (source.titles.count > wanted - dealt && wanted < settings.page.rowDepth)
    if hasMore, let last = items.last.flatMap({ shelf.facts[Int($0)] }) {
      row.next = RowCursor(page: page.id, shown: min(wanted, known.count), last: last.id)
    }
    return RowsWriter.row(row, of: shelf, page: page.id, modelVersion: page.modelVersion)
  }

  private func composer(of viewer: Viewer, on shelf: Shelf, _ policy: PagePolicy) -> PageComposer {
    PageComposer(shelf: shelf, viewer: viewer, rankers: rankers, policy: policy, bounds: settings.page)
  }
}

extension PlannedRow {
  /// Each top pick has its own reason.
  fileprivate mutating func explain(by composer: PageComposer) {
    switch subject {
    case .topPicks, .popular: for title in items { reasons[title] = composer.reason(ofTopPick: title) }
    default: break
    }
  }
}
