import Contract
import EventKit
import StorageKit

/// All SQL about the log.
struct EventLogStore: Sendable {
  let database: ServiceDatabase
  let clock: WallClock

  /// Appends what is new of a batch; refuses one that would leave a gap.
  func append(_ batch: EventBatch) async throws -> PublishReceipt {
    let now = clock.now()
    return try await database.write { session in
      let known = try stream(batch.source, batch.epoch, in: session)
      let held = known?.lastSeq ?? 0
      // A batch from the oldest event its source still has: there is nothing to wait for.
      guard batch.first <= held + 1 || batch.first == batch.oldest else {
        return PublishReceipt(outcome: .gap, lastHeld: held)
      }
      guard batch.last > held else { return PublishReceipt(outcome: .accepted, lastHeld: held) }
      let stream = try known?.id ?? open(batch.source, batch.epoch, in: session)
      for (offset, json) in batch.events.enumerated() {
        let seq = batch.first + Int64(offset)
        guard seq > held else { continue }
        try session.execute(
          "INSERT INTO event_log (stream, seq, received_at, json) VALUES (?, ?, ?, ?)", stream, seq, now, json)
      }
      try session.execute("UPDATE event_stream SET last_seq = ? WHERE id = ?", batch.last, stream)
      return PublishReceipt(outcome: .accepted, lastHeld: batch.last)
    }
  }

  func lastHeld(source: String, epoch: String) throws -> Int64 {
    try database.read { try stream(source, epoch, in: $0)?.lastSeq ?? 0 }
  }

  /// What follows `position` in the newest epoch of the source; all of that epoch where the position is in another.
  func page(source: String, after position: EventPosition?, limit: Int) throws -> EventPage {
    try database.read { session in
      guard let stream = try newestStream(source, in: session) else { return EventPage(epoch: nil, events: []) }
      let after = position?.epoch == stream.epoch ? position?.seq ?? 0 : 0
      var events: [[UInt8]] = []
      var bytes = 0
      // By the unique index on (stream, seq).
      try session.forEach(
        "SELECT json FROM event_log WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?", stream.id, after, limit
      ) { row in
        guard bytes < EventLimits.batchBytes else { return }
        events.append(row.blob(0))
        bytes += events[events.count - 1].count
      }
      return EventPage(epoch: stream.epoch, events: events)
    }
  }

  /// How many events a reader at `position` has not taken, and when the first of them came.
  func lag(of source: String, at position: EventPosition) throws -> (events: Int64, since: Timestamp?) {
    try database.read { session in
      guard let stream = try newestStream(source, in: session) else { return (0, nil) }
      let after = position.epoch == stream.epoch ? position.seq : 0
      let since = try session.first(
        "SELECT received_at FROM event_log WHERE stream = ? AND seq > ? ORDER BY seq LIMIT 1", stream.id, after
      ) { $0.time(0) }
      return (max(0, stream.lastSeq - after), since)
    }
  }

  /// Deletes up to `limit` of the oldest events that came before `time`; answers how many.
  func prune(before time: Timestamp, limit: Int) async throws -> Int {
    try await database.write { session in
      var last: Int64?
      var isOpen = true
      try session.forEach("SELECT position, received_at FROM event_log ORDER BY position LIMIT ?", limit) { row in
        isOpen = isOpen && row.time(1) < time
        if isOpen { last = row.int64(0) }
      }
      guard let last else { return 0 }
      return try session.execute("DELETE FROM event_log WHERE position <= ?", last)
    }
  }

  // MARK: - Streams

  private struct Stream {
    let id: Int64
    let epoch: String
    let lastSeq: Int64
  }

  private func stream(_ source: String, _ epoch: String, in session: SQLSession) throws -> Stream? {
    try session.first(
      "SELECT id, epoch, last_seq FROM event_stream WHERE source = ? AND epoch = ?", source, epoch
    ) { Stream(id: $0.int64(0), epoch: $0.text(1), lastSeq: $0.int64(2)) }
  }

  private func newestStream(_ source: String, in session: SQLSession) throws -> Stream? {
    try session.first(
      "SELECT id, epoch, last_seq FROM event_stream WHERE source = ? ORDER BY id DESC LIMIT 1", source
    ) { Stream(id: $0.int64(0), epoch: $0.text(1), lastSeq: $0.int64(2)) }
  }

  private func open(_ source: String, _ epoch: String, in session: SQLSession) throws -> Int64 {
    try session.execute(
      "INSERT INTO event_stream (source, epoch, last_seq) VALUES (?, ?, 0)", source, epoch)
    return session.lastInsertedRow
  }
}
