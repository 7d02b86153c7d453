import Contract
import Foundation
import StorageKit
import Testing

@Suite("Durability")
struct DurabilityTests {
  @Test("Every commit is synced before it is answered: synchronous reads FULL in the writer, NORMAL only on request")
  func synchronous() async throws {
    for (durability, expected) in [(Durability.full, 2), (.normal, 1)] {
      try await withNotes(durability: durability) { database in
        let modes = try await database.write { session in
          try [
            session.first("PRAGMA synchronous") { $0.text(0) }, session.first("PRAGMA journal_mode") { $0.text(0) },
            session.first("PRAGMA foreign_keys") { $0.text(0) },
          ]
        }
        #expect(modes == ["\(expected)", "wal", "1"])
      }
    }
  }

  @Test("What was answered is in the files: a copy of them taken without closing has every note")
  func copyOfLiveFiles() async throws {
    try await withFolder { folder in
      let database = try ServiceDatabase(path: "\(folder)/notes.db", migrations: noteSchema)
      defer { database.close() }
      for number in 0..<50 { try await database.insert("\(number)") }
      try FileManager.default.createDirectory(atPath: "\(folder)/copy", withIntermediateDirectories: true)
      for file in ["notes.db", "notes.db-wal"] {
        try FileManager.default.copyItem(atPath: "\(folder)/\(file)", toPath: "\(folder)/copy/\(file)")
      }
      let copy = try ServiceDatabase(path: "\(folder)/copy/notes.db", migrations: noteSchema)
      defer { copy.close() }
      #expect(try copy.texts().count == 50)
    }
  }

  @Test("A full disk refuses writes with 507 and keeps reading; with space again it goes on by itself")
  func fullDisk() async throws {
    var limits = StorageLimits()
    limits.maximumPages = 40
    try await withNotes(limits: limits) { database in
      let long = String(repeating: "x", count: 3000)
      var written = 0
      var failure: (any Error)?
      while failure == nil, written < 1000 {
        do {
          try await database.insert("\(written) \(long)")
          written += 1
        } catch { failure = error }
      }
      #expect(failure as? StorageError == .full)
      #expect((failure as? StorageError)?.problem.status == 507)
      #expect(try database.texts().count == written)
      _ = try await database.write { try $0.execute("DELETE FROM note") }
      try await database.insert("after")
      #expect(try database.texts() == ["after"])
    }
  }

  @Test("A file that is no database is refused as corrupt")
  func noDatabase() async throws {
    try await withFolder { folder in
      try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: "\(folder)/notes.db"))
      do {
        _ = try ServiceDatabase(path: "\(folder)/notes.db", migrations: noteSchema)
        Issue.record("it opened")
      } catch StorageError.corrupt {}
    }
  }
}
