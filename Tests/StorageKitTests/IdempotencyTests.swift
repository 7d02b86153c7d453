import Contract
import StorageKit
import Synchronization
import Testing

@Suite("Idempotency keys")
struct IdempotencyTests {
  private let schema = noteSchema + IdempotencySchema.migrations(startingAt: 2)

  @Test("Sent twice at once, a command has one effect and one answer")
  func replay() async throws {
    try await withFolder { folder in
      let database = try ServiceDatabase(path: "\(folder)/notes.db", migrations: schema)
      defer { database.close() }
      let store = IdempotencyStore(clock: .system)
      let results = try await withThrowingTaskGroup(of: IdempotencyStore.Result.self) { group in
        for attempt in 0..<20 {
          group.addTask {
            try await database.write { session in
              try store.perform(key: "k", scope: "acc_1", request: [1], in: session) { session in
                try session.execute("INSERT INTO note (text) VALUES (?)", "attempt \(attempt)")
                return .init(status: 201, body: Array("\(attempt)".utf8))
              }
            }
          }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(results.count == 1)
      #expect(try database.texts().count == 1)
    }
  }

  @Test("A key used for another request is refused; another caller's key is another key")
  func scopes() async throws {
    try await withFolder { folder in
      let database = try ServiceDatabase(path: "\(folder)/notes.db", migrations: schema)
      defer { database.close() }
      let store = IdempotencyStore(clock: .system)
      @Sendable func send(_ scope: String, _ request: [UInt8]) async throws -> Int {
        try await database.write { session in
          try store.perform(key: "k", scope: scope, request: request, in: session) { _ in .init(status: 201, body: []) }
        }.status
      }
      #expect(try await send("acc_1", [1]) == 201)
      await #expect { try await send("acc_1", [2]) } throws: { ($0 as? Problem)?.status == 422 }
      #expect(try await send("acc_2", [2]) == 201)
    }
  }

  @Test("A key is forgotten after a day, and pruned in chunks")
  func expiry() async throws {
    try await withFolder { folder in
      let database = try ServiceDatabase(path: "\(folder)/notes.db", migrations: schema)
      defer { database.close() }
      let now = Mutex(Timestamp(milliseconds: 0))
      let store = IdempotencyStore(clock: WallClock { now.withLock { $0 } })
      @Sendable func run(_ key: String) async throws -> Int {
        try await database.write { session in
          try store.perform(key: key, scope: "a", request: [], in: session) { session in
            try session.execute("INSERT INTO note (text) SELECT COUNT(*) FROM note")
            return .init(status: 201, body: [])
          }
        }.status
      }
      for key in ["a", "b", "c"] { _ = try await run(key) }
      now.withLock { $0 = $0.adding(seconds: 24 * 3600) }
      _ = try await run("a")
      #expect(try database.texts().count == 4)
      #expect(try await database.write { try store.prune(limit: 1, in: $0) } == 1)
      #expect(try await database.write { try store.prune(in: $0) } == 0)
    }
  }
}
