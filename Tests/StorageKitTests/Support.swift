import Contract
import Foundation
import StorageKit

let noteSchema = [
  Migration(
    1, "notes",
    """
    CREATE TABLE note (
      id INTEGER NOT NULL PRIMARY KEY, text TEXT NOT NULL UNIQUE, stars INTEGER CHECK (stars BETWEEN 1 AND 5),
      parent INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED
    ) STRICT;
    """)
]

/// Runs `body` in a folder of its own, removed afterwards.
@discardableResult
func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("matinee-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try await body(folder)
}

@discardableResult
func withNotes<T>(
  durability: Durability = .full, limits: StorageLimits = StorageLimits(),
  _ body: (ServiceDatabase) async throws -> T
) async throws -> T {
  try await withFolder { folder in
    let database = try ServiceDatabase(
      path: "\(folder)/notes.db", migrations: noteSchema, durability: durability, limits: limits)
    defer { database.close() }
    return try await body(database)
  }
}

extension ServiceDatabase {
  func insert(_ text: String) async throws {
    _ = try await write { try $0.execute("INSERT INTO note (text) VALUES (?)", text) }
  }

  func texts() throws -> [String] {
    try read { try $0.rows("SELECT text FROM note ORDER BY text LIMIT 100000") { $0.text(0) } }
  }
}

func milliseconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) * 1e-15
}
