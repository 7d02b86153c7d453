package import Contract
package import StorageKit

/// The events of a service, in its own database: written in the transaction of the change they tell of, numbered
/// without gaps, kept for the retention and read from there by the relay and by whoever missed one.
package struct Outbox: Sendable {
  /// `/catalog`
  package let source: String
  private let clock: WallClock
  private let keys: (any EventKeyring)?

  /// - Parameter keys: seal what events tell of people; without them it is left out.
  package init(source: String, clock: WallClock, keys: (any EventKeyring)? = nil) {
    self.source = source
    self.clock = clock
    self.keys = keys
  }

  /// Writes an event that exists exactly if the transaction commits; answers its number.
  ///
  /// - Parameter subject: the key: events of one subject are never reordered.
  @discardableResult
  package func append<Body: EventBody>(
    _ body: Body, subject: String, in session: SQLSession, trace: TraceContext? = nil
  ) throws -> Int64 {
    guard !(body is any PersonalEventBody) else { throw OutboxError.ofNoAccount(type: Body.type) }
    return try append(Body.type, subject, nil, in: session, trace) { _ in try JSON.encode(body) }
  }

  /// The same for what tells of a person: its personal part is sealed under the key of `account`, or left out where
  /// that cannot be had.
  @discardableResult
  package func append<Body: PersonalEventBody>(
    _ body: Body, of account: AccountID, subject: String, in session: SQLSession, trace: TraceContext? = nil
  ) throws -> Int64 {
    let key = try keys?.sealingKey(of: account, in: session)
    return try append(Body.type, subject, account, in: session, trace) { header in
      try EventSeal.data(of: body, under: key, in: header)
    }
  }

  private func append(
    _ type: String, _ subject: String, _ account: AccountID?, in session: SQLSession, _ trace: TraceContext?,
    body: (EventHeader) throws -> [UInt8]
  ) throws -> Int64 {
    var next = try last(in: session)
    next.seq += 1
    let now = clock.now()
    let header = EventHeader(
      id: EventID(at: now), source: source, type: type, subject: subject, time: now, seq: next.seq,
      epoch: next.epoch, traceparent: trace?.traceparent, account: account)
    let data = try body(header)
    guard data.count <= EventLimits.eventBytes else { throw OutboxError.eventTooLarge(type: type) }
    try session.execute("UPDATE outbox_state SET last_seq = ? WHERE id = 1", next.seq)
    try session.execute(
      "INSERT INTO outbox (seq, created_at, json) VALUES (?, ?, ?)",
      next.seq, now, Event(header: header, data: data).json)
    return next.seq
  }

  /// The number given last, and its epoch.
  package func last(in session: SQLSession) throws -> EventPosition {
    let last = try session.first("SELECT epoch, last_seq FROM outbox_state WHERE id = 1") {
      EventPosition(epoch: $0.text(0), seq: $0.int64(1))
    }
    guard let last else { throw StorageError.corrupt("outbox_state is empty") }
    return last
  }

  /// The next events after `seq`, at most `limit` of them and not much over ``EventLimits/batchBytes``.
  /// `oldest` is the number after the last where no event is kept.
  package func batch(after seq: Int64, limit: Int, in session: SQLSession) throws -> EventBatch {
    let last = try last(in: session)
    let oldest = try session.first("SELECT MIN(seq) FROM outbox") { $0.int64OrNil(0) }
    var events: [[UInt8]] = []
    var first: Int64?
    var bytes = 0
    // By primary key, so the size bound may end it early.
    try session.forEach(
      "SELECT seq, json FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", seq, min(limit, EventLimits.batchCount)
    ) { row in
      guard bytes < EventLimits.batchBytes else { return }
      first = first ?? row.int64(0)
      events.append(row.blob(1))
      bytes += events[events.count - 1].count
    }
    return EventBatch(
      source: source, epoch: last.epoch, first: first ?? seq + 1, oldest: (oldest ?? nil) ?? last.seq + 1,
      events: events)
  }

  /// When the first event after `seq` was written; nil if there is none.
  func time(ofFirstAfter seq: Int64, in session: SQLSession) throws -> Timestamp? {
    try session.first("SELECT created_at FROM outbox WHERE seq > ? ORDER BY seq LIMIT 1", seq) { $0.time(0) }
  }

  /// Deletes up to `limit` of the oldest events that are both before `time` and not after `seq`; answers how many.
  func prune(before time: Timestamp, upTo seq: Int64, limit: Int, in session: SQLSession) throws -> Int {
    var last: Int64?
    var isOpen = true
    try session.forEach("SELECT seq, created_at FROM outbox ORDER BY seq LIMIT ?", limit) { row in
      isOpen = isOpen && row.int64(0) <= seq && row.time(1) < time
      if isOpen { last = row.int64(0) }
    }
    guard let last else { return 0 }
    return try session.execute("DELETE FROM outbox WHERE seq <= ?", last)
  }

  /// Starts numbering anew under a new epoch, when the bus has numbers of ours that we never gave: the database was
  /// put back from a copy. Consumers learn by the epoch that what they know of us may be wrong.
  func beginEpoch(in session: SQLSession) throws {
    try session.execute("DELETE FROM outbox")
    try session.execute("UPDATE outbox_state SET last_seq = 0, epoch = \(EventSchema.newEpoch) WHERE id = 1")
  }
}

package enum OutboxError: Error, Sendable {
  case eventTooLarge(type: String)
  /// It tells of a person and has to be appended for an account.
  case ofNoAccount(type: String)
}
