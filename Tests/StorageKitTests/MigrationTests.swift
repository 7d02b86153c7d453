import Contract
import StorageKit
import Testing

@Suite("Migrations")
struct MigrationTests {
  private let second = Migration(2, "colour", "ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'white';")

  @Test("A later version adds its steps and keeps the rows")
  func upgrade() async throws {
    try await withFolder { folder in
      let path = "\(folder)/notes.db"
      let first = try ServiceDatabase(path: path, migrations: noteSchema)
      try await first.insert("kept")
      first.close()
      let later = try ServiceDatabase(path: path, migrations: noteSchema + [second])
      defer { later.close() }
      #expect(
        try later.read { try $0.first("SELECT text, colour FROM note") { [$0.text(0), $0.text(1)] } }
          == ["kept", "white"])
    }
  }

  @Test("A shipped step that changed refuses to open")
  func changed() async throws {
    try await withFolder { folder in
      let path = "\(folder)/notes.db"
      try ServiceDatabase(path: path, migrations: noteSchema).close()
      let altered = [Migration(1, "notes", noteSchema[0].sql + " ")]
      #expect(throws: MigrationError.changed(number: 1, name: "notes")) {
        try ServiceDatabase(path: path, migrations: altered)
      }
    }
  }

  @Test("Numbers that do not run 1, 2, 3 are refused")
  func misnumbered() async throws {
    try await withFolder { folder in
      #expect(throws: MigrationError.misnumbered(expected: 2, found: 3)) {
        try ServiceDatabase(path: "\(folder)/notes.db", migrations: noteSchema + [Migration(3, "gap", "SELECT 1;")])
      }
    }
  }

  @Test("A step that fails half-way leaves nothing of itself, and the next start resumes at it")
  func resumes() async throws {
    try await withFolder { folder in
      let path = "\(folder)/notes.db"
      let broken = Migration(2, "colour", second.sql + " CREATE TABLE note (id INTEGER);")
      #expect(throws: StorageError.self) { try ServiceDatabase(path: path, migrations: noteSchema + [broken]) }
      let mended = try ServiceDatabase(path: path, migrations: noteSchema + [second])
      defer { mended.close() }
      #expect(try mended.schemaText().contains("colour"))
    }
  }

  @Test("An older version opens what a newer one left, so that a service can be rolled back")
  func rollBack() async throws {
    try await withFolder { folder in
      let path = "\(folder)/notes.db"
      try ServiceDatabase(path: path, migrations: noteSchema + [second]).close()
      let older = try ServiceDatabase(path: path, migrations: noteSchema)
      defer { older.close() }
      try await older.insert("still works")
    }
  }

  @Test("A step that orphans rows is refused")
  func orphans() async throws {
    try await withFolder { folder in
      let orphan = Migration(2, "orphan", "INSERT INTO note (text, parent) VALUES ('x', 77);")
      #expect(throws: MigrationError.brokenForeignKeys(number: 2, table: "note")) {
        try ServiceDatabase(path: "\(folder)/notes.db", migrations: noteSchema + [orphan])
      }
    }
  }
}
