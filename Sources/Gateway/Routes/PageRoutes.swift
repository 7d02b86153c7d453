import CatalogAPI
import ClientKit
import Contract
import ServerKit

/// The composed pages: decode, compose, answer the bytes.
struct PageRoutes: Sendable {
  let home: HomePage
  let row: RowPage
  let title: TitlePage
  let search: SearchPage
  let taste: TastePage
  let export: AccountDocument

  func addRoutes(to routes: inout Routes) {
    routes.answer(GatewayEndpoints.home) { call in
      Self.page(await home.json(for: call.parameters.profile, in: call.request.context))
    }
    routes.answer(GatewayEndpoints.row) { call in
      Self.page(try await row.json(for: call.parameters, in: call.request.context))
    }
    routes.answer(GatewayEndpoints.title) { call in
      Self.page(
        try await title.json(for: call.parameters.title, profile: call.parameters.profile, in: call.request.context))
    }
    routes.on(GatewayEndpoints.taste) { call in
      try await taste.document(of: call.parameters.profile, in: call.request.context)
    }
    routes.answer(GatewayEndpoints.export) { call in
      Self.document(try await export.json(of: call.request.account(), in: call.request.context))
    }
    routes.answer(GatewayEndpoints.search) { call in
      Self.page(try await search.json(for: call.parameters, in: call.request.context))
    }
  }

  private static func document(_ json: [UInt8]) -> Answer {
    var answer = Answer.json(json)
    answer.headers += [
      ("cache-control", "no-store"), ("content-disposition", "attachment; filename=\"matinee-export.json\""),
    ]
    return answer
  }

  /// A profile's page is nobody else's, and may be another a moment later.
  private static func page(_ json: [UInt8]) -> Answer {
    var answer = Answer.json(json)
    answer.headers.append(("cache-control", "private, no-cache"))
    return answer
  }
}
