package import Contract
import Foundation
import Synchronization

/// Folders of tests, under the system's temporary folder.
package enum TemporaryFolder {
  /// A fresh folder only its owner can enter.
  package static func make(_ name: String = "test") -> String {
    let path = NSTemporaryDirectory() + "matinee-\(name)-\(UUID().uuidString.lowercased())"
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return path
  }

  package static func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// Runs `body` with a fresh folder, which is removed afterwards.
package func withTemporaryFolder<Result>(
  _ name: String = "test", _ body: (String) async throws -> Result
) async rethrows -> Result {
  let path = TemporaryFolder.make(name)
  defer { TemporaryFolder.remove(path) }
  return try await body(path)
}

/// Lines that were logged.
package final class LogSink: Sendable {
  private let kept = Mutex<[String]>([])

  package init() {}

  package func add(_ line: String) { kept.withLock { $0.append(line) } }

  package var lines: [String] { kept.withLock { $0 } }
}

/// A wall clock that stands still until it is moved.
package final class ManualClock: Sendable {
  private let time: Mutex<Timestamp>

  package init(_ start: Timestamp = Timestamp(milliseconds: 1_790_000_000_000)) {
    time = Mutex(start)
  }

  package var now: Timestamp { time.withLock { $0 } }

  package func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }

  package var clock: WallClock { WallClock { self.now } }
}
