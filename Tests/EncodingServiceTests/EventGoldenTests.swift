import Contract
import EncodingAPI
import StorageKit
import TestKit
import Testing

@testable import EncodingService

/// What others read of encoding, and what its database is: the files in `Golden` are what was shipped.
@Suite struct EventGoldenTests {
  @Test("A published asset, a withdrawn one and a failed job read and write as they were shipped")
  func readsShippedJSON() throws {
    let published = try Golden.event(AssetPublished.self)
    #expect("\(published.assetId)" == "ast_7f5xydq8jz7s8rqe0k2wn5k9m4")
    #expect(published.durationSeconds == 888.5 && published.maxHeight == 1080)
    #expect(published.isComplete == nil)
    #expect(try Golden.event(AssetWithdrawn.self).assetId == published.assetId)
    #expect(try Golden.event(JobFailed.self).reason == "The film is cut short.")
  }

  @Test("The schema is the one that was shipped")
  func goldenSchema() async throws {
    try await withTemporaryFolder("schema") { folder in
      let database = try ServiceDatabase(path: "\(folder)/encoding.db", migrations: EncodingSchema.migrations)
      defer { database.close() }
      try Golden.schema(database.schemaText(), of: "encoding")
    }
  }
}
