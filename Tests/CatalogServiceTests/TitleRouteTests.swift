import CatalogAPI
import ClientKit
import Contract
import TestKit
import Testing

@testable import CatalogService

@Suite struct TitleRouteTests {
  private let film = NewTitle(key: "k", name: "A film", year: 2020, maturity: .all, genres: ["drama"])

  @Test("A title that is added can be read again, by its id alone")
  func addsTitle() async throws {
    try await withCatalog([]) { service in
      let added = try await service.transport.call(
        CatalogEndpoints.createTitle, body: sampleTitles[0], in: .test(operatorCall))
      #expect(added.id == TitleID(seed: "nosferatu"))
      #expect(added.cast == ["Max Schreck", "Greta Schröder"])
      #expect(added.genres == ["horror", "fantasy"])
      #expect(added.video == nil)
      let read = try await service.transport.call(
        CatalogEndpoints.title, TitlePath(title: added.id), in: .test(operatorCall))
      #expect(read == added)
    }
  }

  @Test("A key that is taken, a title that is unknown and a field that is wrong are refused clearly")
  func refusesClearly() async throws {
    try await withCatalog([film]) { service in
      let transport = service.transport
      #expect(
        await refusal {
          _ = try await transport.call(CatalogEndpoints.createTitle, body: film, in: .test(operatorCall))
        } == Refusal(409))
      #expect(
        await refusal {
          _ = try await transport.call(
            CatalogEndpoints.title, TitlePath(title: TitleID(seed: "none")), in: .test(operatorCall))
        } == Refusal(404))
      var wrong = film
      wrong.year = 3000
      #expect(
        await refusal {
          _ = try await transport.call(CatalogEndpoints.createTitle, body: wrong, in: .test(operatorCall))
        } == Refusal(422, ["year"]))
      #expect(
        await refusal {
          _ = try await transport.call(CatalogEndpoints.titles, TitleQuery(limit: 0), in: .test(operatorCall))
        } == Refusal(422, ["limit"]))
      #expect(
        await refusal {
          _ = try await transport.call(CatalogEndpoints.titles, TitleQuery(cursor: "m5"), in: .test(operatorCall))
        } == Refusal(400, ["cursor"]))
    }
  }

  @Test("A viewer may not see or change the studio's list")
  func refusesViewers() async throws {
    try await withCatalog([film]) { service in
      #expect(
        await refusal {
          _ = try await service.transport.call(CatalogEndpoints.titles, TitleQuery(), in: .test(viewer()))
        } == Refusal(403))
      #expect(
        await refusal {
          _ = try await service.transport.call(CatalogEndpoints.createTitle, body: film, in: .test(viewer()))
        } == Refusal(403))
    }
  }

  @Test("An import adds what is new and leaves what is known, and one mistake adds nothing")
  func importsOnce() async throws {
    try await withCatalog([]) { service in
      var first = try await service.add(Array(sampleTitles.prefix(2)))
      #expect((first.added, first.known) == (2, 0))
      first = try await service.add(sampleTitles + [sampleTitles[4]])
      #expect((first.added, first.known) == (3, 3))
      var wrong = film
      wrong.name = ""
      #expect(await refusal { _ = try await service.add([film, wrong]) } == Refusal(422, ["titles[1].name"]))
      let all = try await service.transport.call(CatalogEndpoints.titles, TitleQuery(), in: .test(operatorCall))
      #expect(all.items.count == 5)
    }
  }

  @Test("A write with an idempotency key happens once, and its answer is given again")
  func answersAgain() async throws {
    try await withCatalog([]) { service in
      var context = CallContext.test(operatorCall)
      context.idempotencyKey = "one"
      var keyless = film
      keyless.key = nil
      let transport = service.transport
      let first = try await transport.call(CatalogEndpoints.createTitle, body: keyless, in: context)
      let second = try await transport.call(CatalogEndpoints.createTitle, body: keyless, in: context)
      #expect(first == second)
      keyless.name = "Another film"
      #expect(
        await refusal {
          _ = try await transport.call(CatalogEndpoints.createTitle, body: keyless, in: context)
        } == Refusal(422))
      let all = try await transport.call(CatalogEndpoints.titles, TitleQuery(), in: .test(operatorCall))
      #expect(all.items == [first])
    }
  }

  @Test("Page after page shows every title once, newest first, though titles are added meanwhile")
  func pagesStably() async throws {
    let titles = (0..<23).map { NewTitle(key: "t\($0)", name: "t\($0)", year: 2000, maturity: .all) }
    try await withCatalog(titles) { service in
      var names: [String] = []
      var cursor: String?
      repeat {
        let page = try await service.transport.call(
          CatalogEndpoints.titles, TitleQuery(limit: 5, cursor: cursor), in: .test(operatorCall))
        names += page.items.map(\.name)
        cursor = page.next
        let extra = NewTitle(key: "extra\(names.count)", name: "extra", year: 2000, maturity: .all)
        let result = try await service.add([extra])
        #expect(result.added == 1)
      } while cursor != nil
      #expect(names == (0..<23).reversed().map { "t\($0)" })
    }
  }

  @Test("The list can be of one genre")
  func listsGenre() async throws {
    try await withCatalog { service in
      let first = try await service.transport.call(
        CatalogEndpoints.titles, TitleQuery(limit: 1, genre: "horror"), in: .test(operatorCall))
      #expect(first.items.map(\.name) == ["Night of the Living Dead"])
      let second = try await service.transport.call(
        CatalogEndpoints.titles, TitleQuery(limit: 1, cursor: first.next, genre: "horror"), in: .test(operatorCall))
      #expect(second.items.map(\.name) == ["Nosferatu"])
      #expect(second.next == nil)
    }
  }
}

/// What a call was refused with.
struct Refusal: Equatable {
  let status: Int
  let fields: [String]

  init(_ status: Int, _ fields: [String] = []) {
    self.status = status
    self.fields = fields
  }
}

func refusal(_ body: () async throws -> Void) async -> Refusal? {
  do {
    try await body()
    return nil
  } catch {
    guard let problem = error as? Problem else { return Refusal(0, ["\(error)"]) }
    return Refusal(problem.status, problem.errors?.map(\.field) ?? [])
  }
}
