import Contract
import EventKit
import StorageKit

extension DeadLetter.Status: SQLValue {}

/// All SQL about dead letters.
struct DeadLetterStore: Sendable {
  let database: ServiceDatabase
  let clock: WallClock

  /// Keeps a letter, or opens the one it already is again.
  func accept(_ letter: NewDeadLetter) async throws {
    let now = clock.now()
    try await database.write { session in
      try session.execute(
        """
        INSERT INTO dead_letter
          (id, consumer, service, source, epoch, seq, subject, type, error, event, status, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'dead', ?, ?)
        ON CONFLICT (service, consumer, source, epoch, seq)
        DO UPDATE SET id = excluded.id, status = 'dead', error = excluded.error, updated_at = excluded.updated_at
        """,
        letter.id, letter.consumer, letter.service, letter.source, letter.epoch, letter.seq,
        letter.subject, letter.type, letter.error, letter.event, now, now)
    }
  }

  /// Newest first, those before `cursor`.
  func page(before cursor: DeadLetterID?, limit: Int) throws -> [DeadLetter] {
    try database.read { session in
      // By primary key; "~" sorts after every identifier.
      try session.rows(
        """
        SELECT id, consumer, service, source, seq, subject, type, error, event, status, created_at, updated_at
        FROM dead_letter WHERE id < ? ORDER BY id DESC LIMIT ?
        """,
        cursor?.description ?? "~", limit, as: Self.letter)
    }
  }

  /// Marks a letter to be tried again at its consumer's next report.
  func redrive(_ id: DeadLetterID) async throws -> DeadLetter {
    let now = clock.now()
    return try await database.write { session in
      guard let letter = try find(id, in: session) else { throw BusError.letterNotFound }
      guard letter.status != .settled else { throw BusError.letterSettled }
      try session.execute(
        "UPDATE dead_letter SET status = 'redriving', updated_at = ? WHERE id = ?", now, id)
      var redriving = letter
      redriving.status = .redriving
      redriving.updatedAt = now
      return redriving
    }
  }

  /// Brings the letters of a consumer in line with those it says it holds; answers what it shall do about them.
  func reconcile(_ report: ConsumerReport) async throws -> ConsumerOrders {
    let held = Set(report.deadLetters.prefix(Self.reportLimit))
    let (open, known) = try database.read { session in
      (try openLetters(of: report, in: session), try held.filter { try find($0, in: session) != nil })
    }
    if Set(open.map(\.id)) != known {
      let now = clock.now()
      try await database.write { session in
        for letter in try openLetters(of: report, in: session) where !held.contains(letter.id) {
          try session.execute(
            "UPDATE dead_letter SET status = 'settled', updated_at = ? WHERE id = ?", now, letter.id)
        }
        for id in known {
          try session.execute(
            "UPDATE dead_letter SET status = 'dead', updated_at = ? WHERE id = ? AND status = 'settled'", now, id)
        }
      }
    }
    return ConsumerOrders(
      redrive: open.filter { $0.status == .redriving && held.contains($0.id) }.map(\.id),
      resend: held.subtracting(known).sorted())
  }

  /// Letters of one report that are looked at.
  private static let reportLimit = 1000

  /// Deletes up to `limit` letters settled before `time`; answers how many.
  func prune(settledBefore time: Timestamp, limit: Int) async throws -> Int {
    try await database.write { session in
      try session.execute(
        """
        DELETE FROM dead_letter WHERE id IN (
          SELECT id FROM dead_letter WHERE status = 'settled' AND updated_at < ? ORDER BY updated_at LIMIT ?
        )
        """,
        time, limit)
    }
  }

  func openCount() throws -> Int {
    try database.read { session in
      try session.first("SELECT COUNT(*) FROM dead_letter WHERE status <> 'settled'") { $0.int(0) } ?? 0
    }
  }

  private func openLetters(
    of report: ConsumerReport, in session: SQLSession
  ) throws -> [(id: DeadLetterID, status: DeadLetter.Status)] {
    // By dead_letter_open.
    try session.rows(
      """
      SELECT id, status FROM dead_letter WHERE service = ? AND consumer = ? AND status <> 'settled' LIMIT 10000
      """,
      report.service, report.consumer
    ) { (try $0.id(0), try $0.choice(1)) }
  }

  private func find(_ id: DeadLetterID, in session: SQLSession) throws -> DeadLetter? {
    try session.first(
      """
      SELECT id, consumer, service, source, seq, subject, type, error, event, status, created_at, updated_at
      FROM dead_letter WHERE id = ?
      """,
      id, as: Self.letter)
  }

  private static func letter(_ row: SQLRow) throws -> DeadLetter {
    DeadLetter(
      id: try row.id(0), consumer: row.text(1), service: row.text(2), source: row.text(3), seq: row.int64(4),
      subject: row.text(5), type: row.text(6), error: row.text(7), event: row.text(8), status: try row.choice(9),
      createdAt: row.time(10), updatedAt: row.time(11))
  }
}
