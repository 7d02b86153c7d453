import Foundation

/// Events of one source and epoch as it wrote them, numbered `first`, `first + 1`, …
package struct EventBatch: Sendable, Hashable {
  package var source: String
  package var epoch: String
  package var first: Int64
  /// The oldest event the source still has: a bus that holds less than that takes the batch in spite of the gap.
  package var oldest: Int64
  package var events: [[UInt8]]

  package init(source: String, epoch: String, first: Int64, oldest: Int64, events: [[UInt8]]) {
    self.source = source
    self.epoch = epoch
    self.first = first
    self.oldest = oldest
    self.events = events
  }

  package var last: Int64 { first + Int64(events.count) - 1 }
}

/// Events as a reader gets them: in order, of the epoch named, possibly none.
package struct EventPage: Sendable, Hashable {
  /// Nil where nothing is known of the source.
  package var epoch: String?
  package var events: [[UInt8]]

  package init(epoch: String?, events: [[UInt8]]) {
    self.epoch = epoch
    self.events = events
  }
}

/// Bounds that hold wherever events travel.
package enum EventLimits {
  /// One event, in bytes.
  package static let eventBytes = 256 * 1024
  /// Events in one batch or page.
  package static let batchCount = 256
  /// A batch or page ends once it is over this; one event more may still fit in.
  package static let batchBytes = 1024 * 1024
  /// A whole snapshot, in bytes.
  package static let snapshotBytes = 512 * 1024 * 1024
  /// What a receiver of a batch has to accept, in bytes.
  package static let bodyBytes = batchBytes + eventBytes + batchCount
}

/// Newline-delimited JSON: each line is one event (or one line of a snapshot), unchanged.
package enum JSONLines {
  package static let contentType = "application/x-ndjson"

  package static func join(_ lines: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lines.reduce(0) { $0 + $1.count + 1 })
    for line in lines {
      bytes += line
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// Empty lines are left out.
  package static func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    bytes.withUnsafeBytes { all in
      var rest = all[...]
      while !rest.isEmpty, let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress {
        let end = memchr(start, Int32(UInt8(ascii: "\n")), rest.count).map { UnsafeRawPointer($0) - start }
        let line = UnsafeRawBufferPointer(rebasing: rest.prefix(end ?? rest.count))
        if !line.isEmpty { lines.append(Array(line)) }
        guard let end else { return }
        rest = rest.dropFirst(end + 1)
      }
    }
    return lines
  }
}
