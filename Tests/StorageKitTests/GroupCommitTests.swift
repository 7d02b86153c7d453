import Contract
import StorageKit
import Synchronization
import Testing

@Suite("Group commit")
struct GroupCommitTests {
  @Test("A closure that fails undoes only itself, whoever shares its commit")
  func isolation() async throws {
    try await withNotes { database in
      let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
        for number in 0..<200 {
          group.addTask {
            do {
              try await database.write { session in
                try session.execute("INSERT INTO note (text) VALUES (?)", "note \(number)")
                if number % 3 == 0 { throw Refused() }
              }
              return (number, true)
            } catch {
              return (number, false)
            }
          }
        }
        return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
      }
      #expect(outcomes.allSatisfy { $0.value == ($0.key % 3 != 0) })
      let texts = try database.texts()
      #expect(Set(texts) == Set(outcomes.filter(\.value).keys.map { "note \($0)" }))
    }
  }

  @Test("Writes that wait together share commits")
  func gathering() async throws {
    try await withNotes { database in
      let commits = Mutex(0)
      database.onCommit { commits.withLock { $0 += 1 } }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<500 { group.addTask { try await database.insert("\(number)") } }
        try await group.waitForAll()
      }
      #expect(try database.texts().count == 500)
      #expect((1..<400).contains(commits.withLock { $0 }))
    }
  }

  @Test("A broken constraint is thrown as its kind with the column it concerns")
  func constraints() async throws {
    try await withNotes { database in
      try await database.insert("one")
      await #expect(throws: StorageError.constraint(.unique, "note.text")) { try await database.insert("one") }
      await #expect(throws: StorageError.constraint(.check, "stars BETWEEN 1 AND 5")) {
        try await database.write { try $0.execute("INSERT INTO note (text, stars) VALUES ('x', 9)") }
      }
      await #expect(throws: StorageError.constraint(.notNull, "note.text")) {
        try await database.write { try $0.execute("INSERT INTO note (text) VALUES (?)", nil) }
      }
    }
  }

  @Test("An unmet deferred foreign key fails its own write, not the commit it shares")
  func deferredForeignKey() async throws {
    try await withNotes { database in
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<50 {
          group.addTask {
            await #expect(throws: Never.self) { try await database.insert("\(number)") }
          }
          group.addTask {
            await #expect(throws: StorageError.constraint(.foreignKey, "deferred")) {
              try await database.write {
                try $0.execute("INSERT INTO note (text, parent) VALUES (?, 99999)", "orphan \(number)")
              }
            }
          }
        }
      }
      let count = try database.texts().count
      #expect(count == 50)
    }
  }

  @Test("Beyond the bound of the queue a write is refused at once")
  func boundedQueue() async throws {
    var limits = StorageLimits()
    limits.maximumWaitingWrites = 10
    try await withNotes(limits: limits) { database in
      let (refused, accepted) = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<400 {
          group.addTask {
            do {
              try await database.write { session in
                try session.execute("INSERT INTO note (text) VALUES (?)", "\(number)")
              }
              return true
            } catch {
              #expect(error as? StorageError == .busy)
              return false
            }
          }
        }
        return await group.reduce(into: (0, 0)) { $1 ? ($0.1 += 1) : ($0.0 += 1) }
      }
      let count = try database.texts().count
      #expect(count == accepted)
      #expect(refused > 0)
    }
  }

  @Test("A write after closing is refused, a write before it is finished")
  func closing() async throws {
    try await withNotes { database in
      async let last: Void = database.insert("last")
      try await last
      database.close()
      await #expect(throws: StorageError.closed) { try await database.insert("late") }
      #expect(throws: StorageError.closed) { try database.texts() }
    }
  }

  @Test("Nobody is woken by a commit that changed nothing")
  func listeners() async throws {
    try await withNotes { database in
      let wakes = Mutex(0)
      database.onCommit { wakes.withLock { $0 += 1 } }
      _ = try await database.write { try $0.first("SELECT COUNT(*) FROM note") { $0.int(0) } }
      #expect(wakes.withLock { $0 } == 0)
      try await database.insert("one")
      #expect(wakes.withLock { $0 } == 1)
    }
  }

  struct Refused: Error {}
}
