import Contract
import RecommendationsAPI
import ServerKit
import StorageKit

/// The home page's rows, more of one of them, and titles like one.
struct RowRoutes: Sendable {
  let database: ServiceDatabase
  let keeper: ShelfKeeper
  let settings: RecommendationsSettings
  let clock: WallClock
  /// How far playback's events had been taken in, read in the same transaction as what they led to.
  let basis: @Sendable (SQLSession) throws -> EventPosition

  func add(to routes: inout Routes) {
    routes.answer(RecommendationsEndpoints.rows) { call in
      try call.request.requireProfile(call.parameters.profile)
      return .json(try rows(call.parameters, for: call.request.principal))
    }
    routes.answer(RecommendationsEndpoints.row) { call in
      try call.request.requireProfile(call.parameters.profile)
      return .json(try row(call.parameters, for: call.request.principal))
    }
    routes.on(RecommendationsExportEndpoints.export) { call in
      try database.read { try ExportStore.export(of: call.parameters.profile, in: $0) }
    }
    routes.on(RecommendationsEndpoints.similar) { call in
      try similar(call.parameters, for: call.request.principal)
    }
  }

  func rows(_ query: RowsQuery, for principal: Principal) throws -> [UInt8] {
    let now = clock.now()
    let (watches, basis) = try read(query.profile)
    let (shelf, catalogBasis) = keeper.currentWithBasis
    let page = HomePage(
      shelf: shelf, watches: watches, maturityLimit: limit(query.maturityLimit, principal), now: now,
      bounds: settings.page)
    return RowsWriter.page(
      page.rows(), of: shelf, requestID: RequestID(at: now), basis: basis, catalogBasis: catalogBasis)
  }

  func row(_ query: RowQuery, for principal: Principal) throws -> [UInt8] {
    let count = try itemLimit(query.limit, default: settings.page.rowItems, maximum: settings.page.moreItemsMaximum)
    let cursor = try query.cursor.map { text throws(RecommendationsError) in try RowCursor(text) }
    let watches = try read(query.profile).watches
    let shelf = keeper.current
    let page = HomePage(
      shelf: shelf, watches: watches, maturityLimit: limit(query.maturityLimit, principal), now: clock.now(),
      bounds: settings.page)
    guard let row = page.row(query.row, after: cursor, limit: count) else {
      throw RecommendationsError.rowUnknown(query.row)
    }
    return RowsWriter.row(row, of: shelf)
  }

  func similar(_ query: SimilarQuery, for principal: Principal) throws -> SimilarTitles {
    let count = try itemLimit(query.limit, default: settings.similarMaximum, maximum: settings.similarMaximum)
    let maturityLimit = limit(query.maturityLimit, principal)
    let shelf = keeper.current
    guard let title = shelf.number(of: query.title), shelf.facts[Int(title)] != nil else {
      throw RecommendationsError.titleUnknown(query.title)
    }
    let neighbours = shelf.similarity.neighbours(of: title, limit: count) {
      Int(shelf.minimumAge[Int($0)]) <= maturityLimit.minimumAge
    }
    return SimilarTitles(
      items: neighbours.compactMap { neighbour in
        shelf.facts[Int(neighbour.title)].map {
          RecommendedItem(
            titleId: $0.id, reason: Reason(kind: .similar, text: neighbour.shared.reason, titleId: query.title))
        }
      })
  }

  // MARK: - Parts

  private func read(_ profile: ProfileID) throws -> (watches: [Watch], basis: EventPosition) {
    try database.read { db in
      (try WatchStore.latest(of: profile, limit: settings.page.watchesRead, in: db), try basis(db))
    }
  }

  /// The stricter of what is asked for and what the caller may see.
  private func limit(_ asked: MaturityRating?, _ principal: Principal) -> MaturityRating {
    [asked, principal.maturityLimit].compactMap(\.self).min() ?? .eighteen
  }

  private func itemLimit(_ asked: Int?, default usual: Int, maximum: Int) throws(RecommendationsError) -> Int {
    guard (1...maximum).contains(asked ?? usual) else { throw .limitOutOfBounds(1...maximum) }
    return asked ?? usual
  }
}

extension SimilarityIndex.Feature {
  fileprivate var reason: String {
    switch self {
    case .genre(let name): "Also \(name)"
    case .director(let name): "Also directed by \(name)"
    case .cast(let name): "Also with \(name)"
    }
  }
}
