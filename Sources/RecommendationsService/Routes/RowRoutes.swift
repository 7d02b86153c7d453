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
      return .json(try make.page(of: query.profile, within: call.request.limit(query.maturityLimit)))
    }
    routes.answer(RecommendationsEndpoints.row) { call in
      try call.request.requireProfile(call.parameters.profile)
      return .json(try row(call.parameters, within: call.request.limit(call.parameters.maturityLimit)))
    }
    routes.on(RecommendationsExportEndpoints.export) { call in
      try database.read { try ExportStore.export(of: call.parameters.profile, in: $0) }
    }
    routes.on(RecommendationsEndpoints.similar) { call in
      try similar(call.parameters, within: call.request.limit(call.parameters.maturityLimit))
    }
  }

  private func row(_ query: RowQuery, within limit: MaturityRating) throws -> [UInt8] {
    let count = try itemLimit(query.limit, default: settings.page.rowItems, maximum: settings.page.moreItemsMaximum)
    let cursor = try query.cursor.map { text throws(RecommendationsError) in try RowCursor(text) }
    return try make.row(query.row, of: query.profile, within: limit, after: cursor, count: count)
  }

  private func similar(_ query: SimilarQuery, within maturityLimit: MaturityRating) throws -> SimilarTitles {
    let count = try itemLimit(query.limit, default: settings.similarMaximum, maximum: settings.similarMaximum)
    let shelf = keeper.current
    guard let title = shelf.number(of: query.title), shelf.facts[Int(title)] != nil else {
      throw RecommendationsError.titleUnknown(query.title)
    }
    let similar = SimilarTitles.numbers(to: title, count: count, on: shelf, models.serving) {
      shelf.admits($0, within: maturityLimit)
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
  /// The stricter of what is asked for and what the caller may see.
  func limit(_ asked: MaturityRating?) -> MaturityRating {
    [asked, principal.maturityLimit].compactMap(\.self).min() ?? .eighteen
  }
}
