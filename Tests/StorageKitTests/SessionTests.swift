import Contract
import StorageKit
import Testing

@Suite("Statements and rows")
struct SessionTests {
  @Test("Every kind of value comes back as it went in")
  func roundTrip() async throws {
    try await withNotes { database in
      let id = EventID(at: Timestamp(milliseconds: 1_700_000_000_000))
      let time = Timestamp(milliseconds: 1_700_000_000_123)
      try await database.write { session in
        let row: Void? = try session.first(
          "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", -7, Int64.max, 1.5, true, "", "žluť", [UInt8]([0, 255]), id, time, nil
        ) { row in
          #expect(row.int(0) == -7)
          #expect(row.int64(1) == .max)
          #expect(row.double(2) == 1.5)
          #expect(row.bool(3))
          #expect(!row.isNull(4) && row.text(4) == "")
          #expect(row.text(5) == "žluť")
          #expect(row.blob(6) == [0, 255])
          let readID = try row.id(7, of: EventTag.self)
          #expect(readID == id)
          #expect(row.time(8) == time)
          #expect(row.isNull(9) && row.textOrNil(9) == nil && row.timeOrNil(9) == nil)
        }
        #expect(row != nil)
      }
    }
  }

  @Test("A value of the wrong kind is reported with its column")
  func unreadable() async throws {
    try await withNotes { database in
      #expect(throws: StorageError.corrupt("column owner holds a value of another kind")) {
        try database.read { try $0.first("SELECT 'nobody' AS owner") { try $0.id(0, of: ProfileTag.self) } }
      }
    }
  }

  @Test("Too few or too many arguments are refused before anything runs")
  func argumentCount() async throws {
    try await withNotes { database in
      await #expect(throws: StorageError.self) {
        try await database.write { try $0.execute("INSERT INTO note (text) VALUES (?)") }
      }
      await #expect(throws: StorageError.self) {
        try await database.write { try $0.execute("INSERT INTO note (text) VALUES (?)", "a", "b") }
      }
      let texts = try database.texts()
      #expect(texts.isEmpty)
    }
  }

  @Test("A statement may be used again inside its own rows")
  func reentrancy() async throws {
    try await withNotes { database in
      for text in ["a", "b"] { try await database.insert(text) }
      let pairs = try database.read { session in
        let all = "SELECT text FROM note ORDER BY text LIMIT 10"
        return try session.rows(all) { outer in
          let left = outer.text(0)
          return try session.rows(all) { "\(left)\($0.text(0))" }
        }
      }
      #expect(pairs == [["aa", "ab"], ["ba", "bb"]])
    }
  }

  @Test("All statements of one read see the same moment")
  func snapshot() async throws {
    try await withNotes { database in
      try await database.insert("before")
      let writing = Task.immediate { try await database.insert("during") }
      let counts = try database.read { session in
        let first = try session.first("SELECT COUNT(*) FROM note") { $0.int(0) }
        // Blocks this thread until the other write is visible to a new reader.
        while try database.texts().count < 2 {}
        return [first, try session.first("SELECT COUNT(*) FROM note") { $0.int(0) }]
      }
      try await writing.value
      #expect(counts[0] == counts[1])
    }
  }

  @Test("A read cannot write")
  func readOnly() async throws {
    try await withNotes { database in
      #expect(throws: StorageError.self) {
        try database.read { try $0.execute("INSERT INTO note (text) VALUES ('x')") }
      }
    }
  }

  @Test("Rows changed are counted, reads count none, and RETURNING is read as a row")
  func changes() async throws {
    try await withNotes { database in
      try await database.write { session in
        #expect(try session.execute("INSERT INTO note (text) VALUES ('a'), ('b')") == 2)
        #expect(try session.execute("SELECT 1") == 0)
        let id = try session.first("INSERT INTO note (text) VALUES ('c') RETURNING id") { $0.int64(0) }
        #expect(id == session.lastInsertedRow)
        #expect(try session.execute("DELETE FROM note") == 3)
      }
    }
  }
}
