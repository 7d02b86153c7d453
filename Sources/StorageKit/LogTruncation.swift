import Foundation
import GRDB

/// Empties the write-ahead log into the file after something was erased. A reader that is under way keeps the log
/// from being emptied, so it is tried until it succeeds; never waiting for one, since every write would wait too.
struct LogTruncation {
  /// Between two tries, in seconds.
  static let pause = 0.05

  private(set) var isDue = false
  private var nextTry = ContinuousClock.now

  mutating func demand() {
    isDue = true
    nextTry = .now
  }

  /// On the writer's thread, between transactions.
  mutating func tryIfDue(_ connection: DatabaseQueue, limits: StorageLimits) {
    guard isDue, ContinuousClock.now >= nextTry else { return }
    nextTry = .now + .seconds(Self.pause)
    let isDone = try? connection.writeWithoutTransaction { database in
      let session = SQLSession(database)
      // A pragma takes no bound value.
      try session.executeScript("PRAGMA busy_timeout = 0")
      defer { try? session.executeScript("PRAGMA busy_timeout = \(Int(limits.busyTimeoutSeconds * 1000))") }
      return try session.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) == 0 } ?? false
    }
    if isDone == true { isDue = false }
  }
}
