import StorageKit
import TestKit
import Testing

@testable import RecommendationsService

@Suite struct SchemaTests {
  @Test("Migrations that have shipped are as they were: append a new one instead")
  func keepsMigrations() {
    let own = RecommendationsSchema.migrations.filter { $0.name == "titles, watches and plays" }
    #expect(own.map { "\($0.number) \($0.name) \($0.checksum)" } == ["3 titles, watches and plays cdddea1580380fff"])
  }

  @Test("The schema is the one that was shipped")
  func goldenSchema() async throws {
    try await withDatabase { database in try Golden.schema(database.schemaText(), of: "recommendations") }
  }
}
