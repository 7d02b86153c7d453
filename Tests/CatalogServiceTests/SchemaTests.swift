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

  @Test("The tables of a new database are the ones this version knows")
  func makesTables() async throws {
    try await withTemporaryFolder("catalog") { folder in
      let database = try ServiceDatabase(path: "\(folder)/catalog.db", migrations: CatalogSchema.migrations)
      defer { database.close() }
      let tables = try database.read { db in
        try db.rows(
          """
          SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'
            AND name NOT LIKE 'title_search_%' ORDER BY name LIMIT 100
          """, as: { $0.text(0) })
      }
      #expect(
        tables == [
          "consumer_cursor", "credit", "failing_subject", "idempotency_key", "outbox", "outbox_state", "parked_event",
          "person", "schema_migration", "search_trigram", "title", "title_country", "title_genre", "title_search",
          "video", "whole_title",
        ])
    }
  }
}
