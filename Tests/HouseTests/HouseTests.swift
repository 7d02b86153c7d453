import Testing

/// The repository keeps its own rules. Each check is shown, beside it, to find an example of what it forbids.
@Suite struct HouseTests {
  private let repository = Repository.current

  private func example(_ path: String, _ text: String) -> [RepositoryFile] {
    [RepositoryFile(path: path, text: text)]
  }

  private func report(_ violations: [Violation]) -> Comment {
    Comment(rawValue: "\n" + violations.map(\.description).joined(separator: "\n"))
  }

  @Test("Every import stays where its technology belongs")
  func imports() {
    let found = ImportTable.violations(in: repository.sources)
    #expect(found.isEmpty, report(found))
  }

  @Test(
    "The import table finds what crosses it",
    arguments: [
      ("Sources/CatalogService/Storage/TitleStore.swift", "import GRDB"),
      ("Sources/CatalogService/CatalogModule.swift", "import PlaybackService"),
      ("Sources/EventKit/Outbox.swift", "package import CatalogAPI"),
      ("Sources/CatalogAPI/Models.swift", "import Logging"),
      ("Sources/Gateway/Views/View.swift", "import StorageKit"),
      ("Sources/Gateway/Routes/Home.swift", "import struct Hummingbird.Response"),
    ])
  func importsExample(path: String, line: String) {
    #expect(ImportTable.violations(in: example(path, "\(line)\n")).count == 1)
  }

  @Test("Nothing forbidden is written")
  func forbidden() {
    let found = Forbidden.violations(in: repository.sources)
    #expect(found.isEmpty, report(found))
  }

  @Test(
    "What is forbidden is found",
    arguments: [
      "Task.detached { }", "let x = try! f()", "let y = z as! Int", #"db.rows("SELECT * FROM t")"#,
      "// ok\nfinal class X: @unchecked Sendable {}",
      "print(1)", "nonisolated(unsafe) var x = 1",
    ])
  func forbiddenExample(text: String) {
    #expect(Forbidden.violations(in: example("Sources/CatalogService/Title.swift", text)).count == 1)
  }

  @Test("Names that say nothing are found")
  func emptyNames() {
    #expect(Forbidden.violations(in: example("Sources/CatalogService/TitleManager.swift", "")).count == 1)
  }

  @Test("Files fit a sitting and lines fit a screen")
  func measure() {
    let found = Measure.violations(in: repository.sources + repository.tests)
    #expect(found.isEmpty, report(found))
  }

  @Test("Long files and long lines are found")
  func measureExample() {
    #expect(Measure.violations(in: example("Sources/A/B.swift", String(repeating: "\n", count: 301))).count == 1)
    #expect(Measure.violations(in: example("Sources/A/B.swift", String(repeating: "x", count: 121))).count == 1)
  }

  @Test("Every event type is unique and well formed")
  func eventTypes() {
    let found = Contracts.duplicateEventTypes(in: repository.sources)
    #expect(found.isEmpty, report(found))
  }

  @Test("Repeated and malformed event types are found")
  func eventTypesExample() {
    let line = #"package static let type = "catalog.title.changed.v1""#
    #expect(Contracts.duplicateEventTypes(in: example("Sources/AAPI/B.swift", "\(line)\n\(line)")).count == 2)
    #expect(
      Contracts.duplicateEventTypes(in: example("Sources/AAPI/B.swift", #"static let type = "TitleChanged""#)).count
        == 1)
  }

  @Test("Every event type has the file of what was shipped")
  func goldenEvents() {
    let golden = repository.files(under: "Tests", endingIn: ".json")
    let found = Contracts.goldenEvents(in: repository.sources, golden: golden)
    #expect(found.isEmpty, report(found))
  }

  @Test("Event types without a golden file, and golden files without an event type, are found")
  func goldenEventsExample() {
    let event = example("Sources/AAPI/B.swift", #"package static let type = "catalog.title.changed.v2""#)
    let golden = example("Tests/AServiceTests/Golden/catalog.title.changed.v2.json", "{}")
    #expect(Contracts.goldenEvents(in: event, golden: golden).isEmpty)
    #expect(Contracts.goldenEvents(in: event, golden: []).count == 1)
    #expect(Contracts.goldenEvents(in: [], golden: golden).count == 1)
  }

  @Test("Every endpoint has a name of its own, a route and a test")
  func endpoints() {
    let found =
      Contracts.duplicateNames(in: repository.sources) + Contracts.unrouted(in: repository.sources)
      + Contracts.untested(in: repository.sources, tests: repository.tests)
    #expect(found.isEmpty, report(found))
    #expect(Contracts.endpoints(in: repository.sources).count > 20)
  }

  @Test("Every service that keeps anything keeps a log of what operators do")
  func audited() {
    let found = Contracts.unaudited(in: repository.sources)
    #expect(found.isEmpty, report(found))
  }

  @Test("A service that keeps no log is found")
  func auditedExample() {
    let keeps = "let database = try ServiceDatabase(path: path)"
    #expect(Contracts.unaudited(in: example("Sources/AService/AModule.swift", keeps)).count == 1)
    let logs = keeps + "\nparts.keepAuditLog(context)"
    #expect(Contracts.unaudited(in: example("Sources/AService/AModule.swift", logs)).isEmpty)
  }

  @Test("Endpoints without a route or a test are found")
  func endpointsExample() {
    let declaration = """
      package enum CatalogEndpoints {
        package static let title = Endpoint<TitlePath, Empty, Title>(
          "catalog.title", .get, "/v1/titles/{title}", access: .viewer, summary: "")
      }
      """
    let api = example("Sources/CatalogAPI/CatalogEndpoints.swift", declaration)
    let routed = api + example("Sources/CatalogService/Routes.swift", "routes.on(CatalogEndpoints.title) { }")
    let other = api + example("Sources/CatalogService/Routes.swift", "routes.on(CatalogEndpoints.titles) { }")
    #expect(Contracts.unrouted(in: api).count == 1)
    #expect(Contracts.unrouted(in: other).count == 1)
    #expect(Contracts.unrouted(in: routed).isEmpty)
    #expect(Contracts.untested(in: api, tests: []).count == 1)
    #expect(
      Contracts.untested(in: api, tests: example("Tests/CatalogServiceTests/T.swift", "CatalogEndpoints.title")).isEmpty
    )
  }

  @Test("Shipped migrations are as they were shipped")
  func migrations() throws {
    let shipped = try #require(repository.file("Tests/HouseTests/migrations.txt"))
      .text.split(separator: "\n").map(String.init)
    let found = Migrations.violations(shipped: shipped, now: Migrations.recorded(in: repository.sources))
    #expect(found.isEmpty, Comment(rawValue: found.joined(separator: "\n")))
    #expect(shipped.count > 4)
  }

  @Test("A changed, a new and a lost migration are found")
  func migrationsExample() {
    func schema(_ sql: String) -> [String] {
      Migrations.recorded(
        in: example("Sources/A/Storage/ASchema.swift", "Migration(1, \"titles\", \"\"\"\n\(sql)\n\"\"\")"))
    }
    let shipped = schema("CREATE TABLE a (b INTEGER)")
    #expect(shipped.count == 1)
    #expect(Migrations.violations(shipped: shipped, now: schema("CREATE  TABLE a\n (b INTEGER)")).isEmpty)
    #expect(Migrations.violations(shipped: shipped, now: schema("CREATE TABLE a (b TEXT)")).count == 1)
    #expect(Migrations.violations(shipped: [], now: shipped).count == 1)
    #expect(Migrations.violations(shipped: shipped, now: []).count == 1)
  }

  @Test(
    "What the documents tell one to run and to read is there",
    arguments: ["README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/architecture.md"])
  func documents(path: String) throws {
    let file = try #require(repository.file(path))
    let found =
      Documents.violations(in: file, repository: repository) + Documents.brokenLinks(in: file, repository: repository)
    #expect(found.isEmpty, report(found))
  }

  @Test("Commands and links that lead nowhere are found")
  func documentsExample() {
    let file = RepositoryFile(path: "README.md", text: "```sh\ndeploy/nothing up\n```\n[x](docs/none.md)")
    #expect(Documents.violations(in: file, repository: repository).count == 1)
    #expect(Documents.brokenLinks(in: file, repository: repository).count == 1)
  }
}
