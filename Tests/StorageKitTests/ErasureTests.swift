import Foundation
import StorageKit
import TestKit
import Testing

@Suite struct ErasureTests {
  /// Whether any file of the database has the text.
  private func isFound(_ text: String, at path: String) -> Bool {
    ["", "-wal"].contains { suffix in
      FileManager.default.contents(atPath: path + suffix)?.range(of: Data(text.utf8)) != nil
    }
  }

  @Test("What was deleted is in no page and not in the log, while readers come and go")
  func leavesNothing() async throws {
    try await withNotes { notes in
      let filler = String(repeating: "x", count: 700)
      for round in 0..<40 {
        try await notes.insert("kept \(round) \(filler)")
        try await notes.insert("secret \(round) \(filler)")
      }
      #expect(isFound("secret", at: notes.path))
      let reading = Task {
        while !Task.isCancelled {
          _ = try notes.texts()
          try await Task.sleep(for: .milliseconds(1))
        }
      }
      _ = try await notes.write { db in
        try db.execute("UPDATE note SET text = 'a' || id WHERE text LIKE 'secret 1%'")
        try db.execute("DELETE FROM note WHERE text LIKE 'secret%'")
        db.truncateLogAfterCommit()
      }
      try await eventually { !isFound("secret", at: notes.path) }
      reading.cancel()
      _ = try? await reading.value
      #expect(try notes.texts().filter { $0.hasPrefix("kept") }.count == 40)
      try await notes.insert("later")
      #expect(try notes.texts().contains("later"))
    }
  }

  @Test("A reader that is under way puts the emptying of the log off, and holds up no write")
  func waitsForReaders() async throws {
    try await withNotes { notes in
      try await notes.insert("secret of a reader")
      let (seen, signal) = AsyncStream<Void>.makeStream()
      let release = DispatchSemaphore(value: 0)
      // On a thread of its own, since it waits.
      Thread {
        try? notes.read { db in
          _ = try db.first("SELECT count(*) FROM note") { $0.int(0) }
          signal.finish()
          _ = release.wait(timeout: .now() + 20)
        }
      }.start()
      for await _ in seen {}
      _ = try await notes.write { db in
        try db.execute("DELETE FROM note")
        db.truncateLogAfterCommit()
      }
      // It would wait for the reader's twenty seconds.
      try await notes.insert("meanwhile")
      #expect(isFound("secret", at: notes.path))
      release.signal()
      try await eventually { !isFound("secret", at: notes.path) }
    }
  }
}
