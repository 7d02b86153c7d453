import Contract
import RecommendationsAPI
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

  @Test("Models of before rivals were judged are kept, and were never shown to be ahead")
  func keepsModels() async throws {
    try await withTemporaryFolder("models") { folder in
      let path = "\(folder)/recommendations.db"
      let before = RecommendationsSchema.migrations.prefix { $0.name != "models and their rivals" }
      do {
        let database = try ServiceDatabase(path: path, migrations: Array(before), durability: .normal)
        defer { database.close() }
        try await database.write { db in
          try db.execute(
            """
            INSERT INTO model_version (
              number, state, trained_at, cause, profiles, titles, interactions, ndcg_at_100, held_out_profiles,
              training_cpu_seconds, changes, erasures, catalogue)
            VALUES (7, 'published', 1000, 'asked', 30, 20, 100, 0.4, 25, 0.5, 200, 3, 21)
            """)
        }
      }
      let database = try ServiceDatabase(
        path: path, migrations: RecommendationsSchema.migrations, durability: .normal)
      defer { database.close() }
      let version = ModelVersion(
        version: 7, state: .published, cause: .asked, trainedAt: Timestamp(milliseconds: 1000), profiles: 30,
        titles: 20, interactions: 100, ndcgAt100: 0.4, heldOutProfiles: 25, trainingCpuSeconds: 0.5)
      let row = ModelStore.Row(version: version, progress: .init(changes: 200, erasures: 3, catalogue: 21))
      #expect(try database.read { try ModelStore.all(in: $0) } == [row])
    }
  }

  @Test("Of models that serve no more some lines are kept, and all of those that can")
  func forgetsModels() async throws {
    try await withDatabase { database in
      try await database.write { db in
        for number in 1...205 {
          let version = ModelVersion(
            version: number, state: number == 2 ? .published : .refused, cause: .age,
            trainedAt: Timestamp(milliseconds: 1000), profiles: 30, titles: 20, interactions: 100, ndcgAt100: 0.4,
            heldOutProfiles: 25, trainingCpuSeconds: 0.5)
          try ModelStore.add(ModelStore.Row(version: version, progress: .init()), in: db)
        }
      }
      let numbers = try database.read { try ModelStore.all(in: $0) }.map(\.version.version)
      #expect(numbers == (6...205).reversed() + [2])
    }
  }

  @Test("The schema is the one that was shipped")
  func goldenSchema() async throws {
    try await withDatabase { database in try Golden.schema(database.schemaText(), of: "recommendations") }
  }

  @Test("What changed of the plays is found by its index, without looking at all of them")
  func plan() async throws {
    try await withDatabase { database in
      let plan = try database.read {
        try $0.rows("EXPLAIN QUERY PLAN \(PlayCountStore.changedPlays)", 1) { $0.text(3) }
      }
      #expect(plan.contains { $0.contains("plays_in_hour_by_revision") }, "\(plan)")
      #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }
  }
}
