import CatalogAPI
import Contract
import Foundation
import ServerKit
import StorageKit

/// What the studio asks of the titles.
struct TitleRoutes: Sendable {
  let database: ServiceDatabase
  let titles: TitleStore
  let idempotency: IdempotencyStore
  let settings: CatalogSettings
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.on(CatalogEndpoints.titles) { call in try page(call.parameters) }
    routes.on(CatalogEndpoints.title) { call in try title(call.parameters.title) }
    routes.answer(CatalogEndpoints.createTitle) { call in try await create(call.body, for: call.request.context) }
    routes.on(CatalogEndpoints.setAvailability) { call in
      try await set(call.body, of: call.parameters.title, for: call.request.context)
    }
    routes.answer(CatalogEndpoints.importTitles) { call in try await add(call.body, for: call.request.context) }
  }

  private func page(_ query: TitleQuery) throws -> Page<Title> {
    let limit = try settings.pageLimit(query.limit)
    var before = Int64.max
    if let cursor = query.cursor {
      guard case .titlesBefore(let number) = try ListCursor(cursor) else { throw CatalogError.cursorUnknown }
      before = number
    }
    // One more than asked for tells whether there is a next page.
    let found = try database.read { db in
      if let genre = query.genre {
        return try titles.titles(ofGenre: genre, before: before, limit: limit + 1, in: db)
      }
      return try titles.titles(before: before, limit: limit + 1, in: db)
    }
    let shown = found.prefix(limit)
    let next = found.count > limit ? shown.last.map { ListCursor.titlesBefore($0.number).text } : nil
    return Page(items: shown.map(\.title), next: next)
  }

  private func title(_ id: TitleID) throws -> Title {
    guard let title = try database.read({ db in try titles.title(id, in: db) }) else {
      throw CatalogError.titleUnknown(id)
    }
    return title
  }

  private func create(_ new: NewTitle, for context: CallContext) async throws -> Answer {
    let draft = try TitleDraft(new, at: clock.now())
    return try await write(CatalogEndpoints.createTitle, new, for: context) { db in
      switch try titles.add(draft, trace: context.trace, in: db) {
      case .added(let title): title
      case .known: throw CatalogError.keyTaken(draft.key ?? "")
      }
    }
  }

  private func set(_ availability: Availability, of id: TitleID, for context: CallContext) async throws -> Title {
    var errors = FieldErrors()
    let availability = errors.availability(availability, "")
    if !errors.errors.isEmpty { throw CatalogError.unacceptable(errors.errors) }
    return try await database.write { db in
      try titles.setAvailability(availability, of: id, trace: context.trace, in: db)
    }
  }

  /// All of them or none.
  private func add(_ new: TitleImport, for context: CallContext) async throws -> Answer {
    guard new.titles.count <= settings.importTitlesMaximum else {
      throw CatalogError.unacceptable([
        .init(field: "titles", message: "must have at most \(settings.importTitlesMaximum) elements")
      ])
    }
    let drafts = try TitleDraft.all(of: new.titles, at: clock.now())
    return try await write(CatalogEndpoints.importTitles, new, for: context) { db in
      var result = ImportResult(added: 0, known: 0)
      for draft in drafts {
        switch try titles.add(draft, trace: context.trace, in: db) {
        case .added: result.added += 1
        case .known: result.known += 1
        }
      }
      return result
    }
  }

  /// One write, once per `Idempotency-Key` of a caller.
  private func write<Body: Encodable, Output: Encodable>(
    _ endpoint: any EndpointDescription, _ body: Body, for context: CallContext,
    _ effect: @escaping @Sendable (SQLSession) throws -> Output
  ) async throws -> Answer {
    let caller = context.principal.account?.description ?? context.principal.service ?? "operator"
    let request = try Self.canonical(body)
    let result = try await database.write { db in
      try idempotency.perform(
        key: context.idempotencyKey, scope: "\(endpoint.name) \(caller)", request: request, in: db
      ) { db in
        IdempotencyStore.Result(status: endpoint.status, body: try JSON.encode(effect(db)))
      }
    }
    return .json(result.body, status: result.status)
  }

  /// The same bytes for the same request, whatever the order of its fields was.
  private static func canonical(_ body: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return Array(try encoder.encode(body))
  }
}
