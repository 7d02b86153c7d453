package import Contract
import StorageKit

/// How far a consumer is with one source.
struct ConsumerCursor: Sendable, Hashable {
  var position: EventPosition
  /// A snapshot is being taken in: until its end the projection is of no use.
  var isRestoring = false
}

/// A subject whose first parked event a consumer could not digest.
struct FailingSubject: Sendable, Hashable {
  struct Key: Sendable, Hashable {
    var source: String
    var subject: String
  }

  var key: Key
  /// How often its first event was tried.
  var attempts: Int
  var error: String
  var deadLetter: DeadLetterID?
}

/// All SQL about one consumer's cursors and parked events.
struct ConsumerStore: Sendable {
  let consumer: String
  /// Failing subjects that are looked after; at the bound the consumer stops.
  static let subjectLimit = 10_000

  // MARK: - Cursors

  func cursor(_ source: String, in session: SQLSession) throws -> ConsumerCursor? {
    try session.first(
      "SELECT epoch, seq, is_restoring FROM consumer_cursor WHERE consumer = ? AND source = ?", consumer, source
    ) { ConsumerCursor(position: EventPosition(epoch: $0.text(0), seq: $0.int64(1)), isRestoring: $0.bool(2)) }
  }

  func cursors(in session: SQLSession) throws -> [(source: String, cursor: ConsumerCursor)] {
    try session.rows(
      "SELECT source, epoch, seq, is_restoring FROM consumer_cursor WHERE consumer = ? ORDER BY source LIMIT 64",
      consumer
    ) { ($0.text(0), ConsumerCursor(position: .init(epoch: $0.text(1), seq: $0.int64(2)), isRestoring: $0.bool(3))) }
  }

  /// Moves a cursor from where it is believed to be; throws ``ConsumerError/cursorMoved`` where it is not there,
  /// so that neither a second instance nor a rebuild in between makes an event count twice.
  func move(
    _ source: String, from expected: ConsumerCursor?, to cursor: ConsumerCursor, in session: SQLSession
  ) throws {
    guard try self.cursor(source, in: session) == expected else { throw ConsumerError.cursorMoved }
    try session.execute(
      """
      INSERT INTO consumer_cursor (consumer, source, epoch, seq, is_restoring) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (consumer, source)
      DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, is_restoring = excluded.is_restoring
      """,
      consumer, source, cursor.position.epoch, cursor.position.seq, cursor.isRestoring)
  }

  /// Forgets everything, so that all sources are read from their beginning.
  func forget(in session: SQLSession) throws {
    try session.execute("DELETE FROM consumer_cursor WHERE consumer = ?", consumer)
    try session.execute("DELETE FROM failing_subject WHERE consumer = ?", consumer)
    try session.execute("DELETE FROM parked_event WHERE consumer = ?", consumer)
  }

  // MARK: - Failing subjects

  func failingSubjects(in session: SQLSession) throws -> [FailingSubject] {
    try session.rows(
      """
      SELECT source, subject, attempts, error, dead_letter FROM failing_subject
      WHERE consumer = ? ORDER BY source, subject LIMIT ?
      """,
      consumer, Self.subjectLimit
    ) { row in
      FailingSubject(
        key: .init(source: row.text(0), subject: row.text(1)), attempts: row.int(2), error: row.text(3),
        deadLetter: try row.idOrNil(4))
    }
  }

  func failingSubject(_ key: FailingSubject.Key, in session: SQLSession) throws -> FailingSubject? {
    try session.first(
      "SELECT attempts, error, dead_letter FROM failing_subject WHERE consumer = ? AND source = ? AND subject = ?",
      consumer, key.source, key.subject
    ) { FailingSubject(key: key, attempts: $0.int(0), error: $0.text(1), deadLetter: try $0.idOrNil(2)) }
  }

  func save(_ failing: FailingSubject, in session: SQLSession) throws {
    try session.execute(
      """
      INSERT INTO failing_subject (consumer, source, subject, attempts, error, dead_letter) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (consumer, source, subject)
      DO UPDATE SET attempts = excluded.attempts, error = excluded.error, dead_letter = excluded.dead_letter
      """,
      consumer, failing.key.source, failing.key.subject, failing.attempts, failing.error, failing.deadLetter)
  }

  func remove(_ key: FailingSubject.Key, in session: SQLSession) throws {
    try session.execute(
      "DELETE FROM failing_subject WHERE consumer = ? AND source = ? AND subject = ?",
      consumer, key.source, key.subject)
  }

  // MARK: - Parked events

  func park(_ event: Event, in session: SQLSession) throws {
    try session.execute(
      """
      INSERT INTO parked_event (consumer, source, subject, epoch, seq, json) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """,
      consumer, event.header.source, event.header.subject, event.header.epoch, event.header.seq, event.json)
  }

  /// The event a failing subject waits for.
  func firstParked(_ key: FailingSubject.Key, in session: SQLSession) throws -> Event? {
    try session.first(
      """
      SELECT json FROM parked_event WHERE consumer = ? AND source = ? AND subject = ? ORDER BY epoch, seq LIMIT 1
      """,
      consumer, key.source, key.subject
    ) { try Event(json: $0.blob(0)) }
  }

  func unpark(_ event: Event, in session: SQLSession) throws {
    try session.execute(
      "DELETE FROM parked_event WHERE consumer = ? AND source = ? AND subject = ? AND epoch = ? AND seq = ?",
      consumer, event.header.source, event.header.subject, event.header.epoch, event.header.seq)
  }

  func parkedCount(in session: SQLSession) throws -> Int {
    try session.first("SELECT COUNT(*) FROM parked_event WHERE consumer = ?", consumer) { $0.int(0) } ?? 0
  }
}

package enum ConsumerError: Error, Sendable, Equatable {
  /// Another instance, or a rebuild, came in between; look again.
  case cursorMoved
  /// More events are parked than may be.
  case tooManyParked(limit: Int)
  /// No copy of the next event can be read now.
  case missing(source: String, after: Int64)
  case notRebuildable(consumer: String)
  /// The key of an event is not at hand; it is asked for before the next try.
  case keyMissing
}

extension ConsumerError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .notRebuildable(let consumer): .conflict("\(consumer) keeps what cannot be made anew from events.")
    case .cursorMoved, .missing, .tooManyParked, .keyMissing: .unavailable("The consumer is busy.")
    }
  }
}
