import StorageKit
import Testing

@testable import RecommendationsService

@Suite struct SchemaTests {
  @Test("Migrations that have shipped are as they were: append a new one instead")
  func keepsMigrations() {
    let own = RecommendationsSchema.migrations.filter { $0.name == "titles, watches and plays" }
    #expect(own.map { "\($0.number) \($0.name) \($0.checksum)" } == ["3 titles, watches and plays cdddea1580380fff"])
  }

  @Test("The tables of a new database are the ones this version knows")
  func makesTables() async throws {
    try await withDatabase { database in
      let tables = try database.read { db in
        try db.rows(
          """
          SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name LIMIT 100
          """, as: { $0.text(0) })
      }
      #expect(
        tables == [
          "consumer_cursor", "counted_play", "erased_profile", "failing_subject", "outbox", "outbox_state",
          "parked_event", "plays_in_hour", "projection", "schema_migration", "title", "title_facts", "watch",
        ])
    }
  }
}
