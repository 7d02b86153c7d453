import StorageKit
import TestKit
import Testing

@testable import CatalogService

@Suite struct SchemaTests {
  @Test("Migrations that have shipped are as they were: append a new one instead")
  func keepsMigrations() {
    let own = CatalogSchema.migrations.filter { ["titles", "search"].contains($0.name) }
    #expect(
      own.map { "\($0.number) \($0.name) \($0.checksum)" } == [
        "4 titles db88da086799a530", "5 search 98e65ed2ba5ac088",
      ])
  }

  @Test("The schema is the one that was shipped")
  func goldenSchema() async throws {
    try await withTemporaryFolder("catalog") { folder in
      let database = try ServiceDatabase(path: "\(folder)/catalog.db", migrations: CatalogSchema.migrations)
      defer { database.close() }
      try Golden.schema(database.schemaText(), of: "catalog")
    }
  }
}
