import Contract
import EventKit
import Synchronization

/// The latest report of each consumer. In memory: each comes again within seconds.
final class LagBoard: Sendable {
  struct Entry: Sendable {
    var report: ConsumerReport
    var reportedAt: Timestamp
  }

  private let limit: Int
  private let entries = Mutex<[String: Entry]>([:])

  init(limit: Int) {
    self.limit = limit
  }

  /// Beyond the limit, new consumers are not noted.
  func note(_ report: ConsumerReport, at time: Timestamp) {
    let key = "\(report.service)/\(report.consumer)"
    entries.withLock { entries in
      guard entries[key] != nil || entries.count < limit else { return }
      entries[key] = Entry(report: report, reportedAt: time)
    }
  }

  var all: [Entry] {
    entries.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }
}
