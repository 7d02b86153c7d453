import Foundation
import StorageKit
import TestKit
import Testing

/// On a disk that is really full. Needs a small one: `mount -t tmpfs -o size=4m none DIR`, and
/// `MATINEE_TEST_SMALL_DISK=DIR`.
@Suite("A small disk")
struct SmallDiskTests {
  static let folder = ProcessInfo.processInfo.environment["MATINEE_TEST_SMALL_DISK"]

  @Test(
    "When the disk is full writes fail with 507 and reads go on; it recovers by itself when there is space",
    .enabled(if: folder != nil))
  func fullDisk() async throws {
    let folder = try #require(Self.folder) + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let ballast = "\(folder)/ballast"
    try Data(repeating: 1, count: 1_500_000).write(to: URL(fileURLWithPath: ballast))
    let database = try ServiceDatabase(path: "\(folder)/notes.db", migrations: noteSchema)
    defer { database.close() }

    let text = String(repeating: "x", count: 3000)
    var written = 0
    var failure: (any Error)?
    while failure == nil, written < 10_000 {
      do {
        try await database.insert("\(written) \(text)")
        written += 1
      } catch { failure = error }
    }
    #expect(failure as? StorageError == .full)
    for _ in 0..<20 {
      await #expect(throws: StorageError.full) { try await database.insert("more \(text)") }
    }
    #expect(try database.texts().count == written)

    try FileManager.default.removeItem(atPath: ballast)
    try await eventually {
      try await database.insert("after")
      return true
    }
    #expect(try database.texts().count == written + 1)
    let check = try database.read { try $0.first("PRAGMA quick_check") { $0.text(0) } }
    #expect(check == "ok")
  }
}
