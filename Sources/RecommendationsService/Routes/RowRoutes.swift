import Contract
import RecommendationsAPI
import ServerKit
import StorageKit

/// The home page's rows, more of one of them, and titles like one.
struct RowRoutes: Sendable {
  let database: ServiceDatabase
  let keeper: ShelfKeeper
  let models: ModelKeeper
  let make: MakePage
  let settings: RecommendationsSettings

  func add(to routes: inout Routes) {
    routes.answer(RecommendationsEndpoints.rows) { call in
      let query = call.parameters
      try call.request.requireProfile(query.profile)
      return .json(try make.page(of: query.profile, for: call.request.audience(query.maturityLimit, make.clock)))
    }
    routes.answer(RecommendationsEndpoints.row) { call in
      try call.request.requireProfile(call.parameters.profile)
      return .json(try row(call.parameters, for: call.request.audience(call.parameters.maturityLimit, make.clock)))
    }
    routes.on(RecommendationsExportEndpoints.export) { call in
      try database.read { try ExportStore.export(of: call.parameters.profile, in: $0) }
    }
    routes.on(RecommendationsEndpoints.similar) { call in
      try similar(call.parameters, for: call.request.audience(call.parameters.maturityLimit, make.clock))
    }
  }

  private func row(_ query: RowQuery, for audience: Audience) throws -> [UInt8] {
    let count = try itemLimit(query.limit, default: settings.page.rowItems, maximum: settings.page.moreItemsMaximum)
    let cursor = try query.cursor.map { text throws(RecommendationsError) in try RowCursor(text) }
    return try make.row(query.row, of: query.profile, for: audience, after: cursor, count: count)
  }

  private func similar(_ query: SimilarQuery, for audience: Audience) throws -> SimilarTitles {
    let count = try itemLimit(query.limit, default: settings.similarMaximum, maximum: settings.similarMaximum)
    let shelf = keeper.current
    guard let title = shelf.number(of: query.title), shelf.facts[Int(title)] != nil else {
      throw RecommendationsError.titleUnknown(query.title)
    }
    let similar = SimilarTitles.numbers(to: title, count: count, on: shelf, models.serving) {
      shelf.admits($0, to: audience)
    }
    return SimilarTitles(
      items: similar.compactMap { number, reason in
        shelf.facts[Int(number)].map {
          RecommendedItem(titleId: $0.id, reason: Reason(kind: .similar, text: reason, titleId: query.title))
        }
      })
  }

  private func itemLimit(_ asked: Int?, default usual: Int, maximum: Int) throws(RecommendationsError) -> Int {
    guard (1...maximum).contains(asked ?? usual) else { throw .limitOutOfBounds(1...maximum) }
    return asked ?? usual
  }
}

extension RequestInfo {
  /// Of the limits that are asked for and that the caller has the stricter holds.
  func audience(_ asked: MaturityRating?, _ clock: WallClock) -> Audience {
    principal.audience(at: clock.now(), asked: asked, otherwise: .eighteen)
  }
}
