import Contract
import RecommendationsAPI
import ServerKit
import StorageKit

/// What profiles tell this service: what they saw, what they do not want, and to begin anew; and what is believed of
/// them.
struct AudienceRoutes: Sendable {
  let database: ServiceDatabase
  let keeper: ShelfKeeper
  let pages: PageKeeper
  let make: MakePage
  let settings: RecommendationsSettings
  let counts: ImpressionCounts
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.on(ImpressionEndpoints.report) { call in
      try call.request.requireProfile(call.parameters.profile)
      return try await record(call.body, by: call.parameters.profile)
    }
    routes.on(TasteEndpoints.taste) { call in
      try call.request.requireProfile(call.parameters.profile)
      return try taste(of: call.parameters.profile, for: call.request.audience(call.parameters.maturityLimit, clock))
    }
    routes.on(TasteEndpoints.reset) { call in
      try call.request.requireProfile(call.parameters.profile)
      let (profile, now) = (call.parameters.profile, clock.now())
      try await database.write { db in
        guard try !WatchStore.isErased(profile, in: db) else { return }
        try TasteStore.reset(profile, at: now, in: db)
        try LearningStore.noteChanges(1, in: db)
      }
      return Empty()
    }
    routes.on(TasteEndpoints.hide) { call in
      try call.request.requireProfile(call.parameters.profile)
      try await hide(call.parameters, for: call.request.audience(nil, clock))
      return Empty()
    }
    routes.on(TasteEndpoints.unhide) { call in
      try call.request.requireProfile(call.parameters.profile)
      let path = call.parameters
      try await database.write { db in
        guard let title = try ProjectionStore.knownNumber(of: path.title, in: db) else { return }
        try TasteStore.unhide(title, of: path.profile, in: db)
        try LearningStore.noteChanges(1, in: db)
      }
      return Empty()
    }
  }

  /// Where a title stood, and how it came there, is taken from the page as it was given out, never from the report.
  private func record(_ report: ImpressionReport, by profile: ProfileID) async throws -> ImpressionReceipt {
    guard (1...ImpressionReport.titlesMaximum).contains(report.titleIds.count) else {
      throw RecommendationsError.tooManyTitles(maximum: ImpressionReport.titlesMaximum)
    }
    guard let page = pages.page(report.pageId, of: profile) else {
      counts.forget()
      return ImpressionReceipt(recorded: 0)
    }
    let shelf = keeper.current
    let titles = report.titleIds.compactMap { shelf.number(of: $0) }
    let now = clock.now()
    let recorded = try await database.write { db in try ImpressionStore.record(titles, of: page, at: now, in: db) }
    counts.record(recorded)
    return ImpressionReceipt(recorded: recorded)
  }

  private func taste(of profile: ProfileID, for audience: Audience) throws -> ProfileTaste {
    let shelf = keeper.current
    let seen = try make.see(profile, for: audience, on: shelf)
    let shown = seen.hidden.filter { shelf.admits($0.title, to: audience) }.compactMap { entry in
      shelf.facts[Int(entry.title)].map { ProfileTaste.Hidden(titleId: $0.id, hiddenAt: entry.at) }
    }
    let version = make.rankers.best.ranking(for: seen.viewer, on: shelf).modelVersion
    return Taste(viewer: seen.viewer, shelf: shelf).described(
      hidden: shown.sorted { $0.hiddenAt > $1.hiddenAt }, by: version)
  }

  /// A title that is unknown or that the profile may not see is not there for it.
  private func hide(_ path: HiddenTitlePath, for audience: Audience) async throws {
    let shelf = keeper.current
    guard let title = shelf.number(of: path.title, for: audience) else {
      throw RecommendationsError.titleUnknown(path.title)
    }
    let (maximum, now) = (settings.hiddenMaximum, clock.now())
    try await database.write { db in
      guard try !WatchStore.isErased(path.profile, in: db) else { return }
      guard try TasteStore.hide(title, of: path.profile, at: now, in: db) else { return }
      guard try TasteStore.count(of: path.profile, in: db) <= maximum else {
        throw RecommendationsError.tooManyHidden(maximum: maximum)
      }
      try LearningStore.noteChanges(1, in: db)
    }
  }
}
