import Contract
import Logging

/// One step of a schema. Numbers run 1, 2, 3 …; a step that has shipped never changes again.
package struct Migration: Sendable {
  package let number: Int
  package let name: String
  /// One or more statements.
  package let sql: String

  package init(_ number: Int, _ name: String, _ sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }

  /// Of the text as it stands: a changed step is noticed by it.
  package var checksum: String { Hex.text(FNV1a.hash(sql.utf8)) }
}

/// Why a database refuses to open.
package enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
  case misnumbered(expected: Int, found: Int)
  case changed(number: Int, name: String)
  case brokenForeignKeys(number: Int, table: String)

  package var description: String {
    switch self {
    case .misnumbered(let expected, let found):
      "migration \(found) stands where \(expected) is expected: they are numbered 1, 2, 3 …"
    case .changed(let number, let name):
      "migration \(number) \(name) differs from what was applied: restore its text and add a new one"
    case .brokenForeignKeys(let number, let table):
      "migration \(number) leaves rows of \(table) without the rows they refer to"
    }
  }
}

/// Brings a schema up to date: each step in its own transaction together with its record, so that a process killed
/// half-way goes on where it stopped.
struct Migrator {
  let migrations: [Migration]
  let clock: WallClock
  let logger: Logger

  func run(_ session: SQLSession) throws {
    for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
      throw MigrationError.misnumbered(expected: index + 1, found: migration.number)
    }
    // A table that is rebuilt is dropped for a moment: keys are checked once at the end of the step instead.
    try session.execute("PRAGMA foreign_keys = OFF")
    try session.execute(
      """
      CREATE TABLE IF NOT EXISTS schema_migration (
        number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
      ) STRICT
      """)
    for migration in migrations { try apply(migration, in: session) }
    try session.execute("PRAGMA foreign_keys = ON")
    // Left by a newer version that was rolled back: steps only add, so this version still reads what it knows.
    let newest = try session.first("SELECT COALESCE(MAX(number), 0) FROM schema_migration") { $0.int(0) } ?? 0
    if newest > migrations.count {
      logger.warning("the schema is newer than this version", metadata: ["newest": "\(newest)"])
    }
  }

  private func apply(_ migration: Migration, in session: SQLSession) throws {
    // Looked up inside the transaction: another process may be migrating at the same time.
    try session.execute("BEGIN IMMEDIATE")
    do {
      let applied = try session.first(
        "SELECT checksum FROM schema_migration WHERE number = ?", migration.number
      ) { $0.text(0) }
      if let applied {
        guard applied == migration.checksum else {
          throw MigrationError.changed(number: migration.number, name: migration.name)
        }
      } else {
        try session.executeScript(migration.sql)
        if let table = try session.first("PRAGMA foreign_key_check", as: { $0.text(0) }) {
          throw MigrationError.brokenForeignKeys(number: migration.number, table: table)
        }
        try session.execute(
          "INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
          migration.number, migration.name, migration.checksum, clock.now())
      }
      try session.execute("COMMIT")
    } catch {
      if session.isInTransaction { try session.execute("ROLLBACK") }
      throw error
    }
  }
}
