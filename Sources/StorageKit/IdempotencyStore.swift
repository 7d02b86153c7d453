package import Contract

/// The table of ``IdempotencyStore``; a service puts it between its other migrations.
package enum IdempotencySchema {
  package static let count = 1

  package static func migrations(startingAt number: Int) -> [Migration] {
    [
      Migration(
        number, "idempotency keys",
        """
        CREATE TABLE idempotency_key (
          scope TEXT NOT NULL,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
          request_hash TEXT NOT NULL,
          status INTEGER NOT NULL,
          body BLOB NOT NULL,
          expires_at INTEGER NOT NULL,
          PRIMARY KEY (scope, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);
        """)
    ]
  }
}

/// A write command's result, kept under its `Idempotency-Key` in the transaction of its effect: sent again, it is
/// answered again and nothing is done twice.
///
/// A repeat that arrives while the first is still being written waits for it in the group commit and then replays it,
/// so there is no answer "in flight" to give.
package struct IdempotencyStore: Sendable {
  package struct Result: Sendable, Hashable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) {
      self.status = status
      self.body = body
    }
  }

  package static let maximumKeyLength = 200
  private let keptHours: Double
  private let clock: WallClock

  package init(keptHours: Double = 24, clock: WallClock) {
    self.keptHours = keptHours
    self.clock = clock
  }

  /// Runs `effect` and keeps its result, or answers the kept one without running it.
  ///
  /// - Parameters:
  ///   - key: what the client sent; nil runs the effect without keeping anything.
  ///   - scope: whose key it is, e.g. the account and the endpoint: keys of different callers never meet.
  ///   - request: the bytes that make the request what it is.
  /// - Throws: a 422 ``Problem`` where the key was used for another request, and whatever `effect` throws.
  package func perform(
    key: String?, scope: String, request: [UInt8], in session: SQLSession, effect: (SQLSession) throws -> Result
  ) throws -> Result {
    guard let key else { return try effect(session) }
    guard (1...Self.maximumKeyLength).contains(key.utf8.count) else {
      throw Problem.badRequest("has to have 1 to \(Self.maximumKeyLength) characters", field: "Idempotency-Key")
    }
    let hash = Hex.text(FNV1a.hash(request))
    if let kept = try find(key: key, scope: scope, in: session) {
      guard kept.hash == hash else { throw Self.keyReused }
      return kept.result
    }
    let result = try effect(session)
    // Two for each one kept: the table shrinks by itself when keys have expired.
    try prune(limit: 2, in: session)
    try session.execute(
      """
      INSERT INTO idempotency_key (scope, key, request_hash, status, body, expires_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
        body = excluded.body, expires_at = excluded.expires_at
      """,
      scope, key, hash, result.status, result.body, clock.now().adding(seconds: keptHours * 3600))
    return result
  }

  /// Deletes up to `limit` expired keys; answers how many.
  @discardableResult
  package func prune(limit: Int = 500, in session: SQLSession) throws -> Int {
    try session.execute(
      """
      DELETE FROM idempotency_key WHERE (scope, key) IN (
        SELECT scope, key FROM idempotency_key WHERE expires_at <= ? ORDER BY expires_at LIMIT ?
      )
      """,
      clock.now(), limit)
  }

  /// Deletes every key of `scope`, with the answers kept under them.
  package func forget(scope: String, in session: SQLSession) throws {
    try session.execute("DELETE FROM idempotency_key WHERE scope = ?", scope)
  }

  /// Deletes every key whose scope or kept answer names `id`: whom it stands for is erased. Reads the whole table,
  /// which holds no more than the kept hours.
  package func forget(mentioning id: String, in session: SQLSession) throws {
    try session.execute(
      "DELETE FROM idempotency_key WHERE instr(scope, ?) > 0 OR instr(body, ?) > 0", id, Array(id.utf8))
  }

  private func find(
    key: String, scope: String, in session: SQLSession
  ) throws -> (hash: String, result: Result)? {
    try session.first(
      "SELECT request_hash, status, body FROM idempotency_key WHERE scope = ? AND key = ? AND expires_at > ?",
      scope, key, clock.now()
    ) { ($0.text(0), Result(status: $0.int(1), body: $0.blob(2))) }
  }

  private static let keyReused = Problem(
    "idempotency-key-reused", status: 422, title: "The key was used for another request",
    detail: "This Idempotency-Key was sent before with a different request; use a new key.")
}
