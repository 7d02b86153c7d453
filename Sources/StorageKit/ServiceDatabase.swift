package import Contract
import Foundation
import GRDB
package import Logging
package import TelemetryKit

/// The one SQLite file (or one of the few) a service owns.
///
/// Writes join a group commit on a thread of their own; reads run at once on the calling thread, each closure on one
/// snapshot, and never wait for a write.
package final class ServiceDatabase: Sendable {
  package let path: String
  private let writer: DatabaseQueue
  private let commits: GroupCommit
  private let readers: ReaderPool

  /// Opens or creates the file and brings its schema up to date.
  /// Throws ``MigrationError`` where a shipped migration has changed, ``StorageError`` where the file cannot be used.
  package init(
    path: String, migrations: [Migration], durability: Durability = .full, limits: StorageLimits = StorageLimits(),
    clock: WallClock = .system, logger: Logger = Logger(label: "storage"), metrics: Metrics? = nil
  ) throws {
    self.path = path
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    writer = try Self.openWriter(path: path, durability: durability, limits: limits)
    do {
      try writer.writeWithoutTransaction { database in
        try Migrator(migrations: migrations, clock: clock, logger: logger).run(SQLSession(database))
      }
    } catch {
      try? writer.close()
      throw error
    }
    let instruments = metrics.map { StorageInstruments($0, database: name) }
    commits = GroupCommit(
      connection: writer, name: name, limits: limits, logger: logger, instruments: instruments)
    readers = ReaderPool(path: path, limits: limits)
  }

  /// Waits for nothing: it may run on the writer's own thread.
  deinit {
    commits.stop()
    readers.close()
  }

  /// Joins the next group commit and returns once it is durable. The closure runs once, in its own savepoint:
  /// what it throws undoes only itself and is thrown here.
  ///
  /// Throws ``StorageError/full`` where the disk is, ``StorageError/busy`` where too many writes wait.
  @discardableResult
  package func write<T: Sendable>(_ body: @escaping @Sendable (SQLSession) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let write = Write(
        run: { session in
          let value = try body(session)
          return { continuation.resume(returning: value) }
        },
        fail: { continuation.resume(throwing: $0) })
      if let refusal = commits.submit(write) { continuation.resume(throwing: refusal) }
    }
  }

  /// Runs at once on the calling thread; every statement sees the same snapshot.
  /// Not to be nested in another read, and with no waiting inside.
  package func read<T>(_ body: (SQLSession) throws -> T) throws -> T {
    try readers.read(body)
  }

  /// Calls `body` on the writer's thread after each group commit that wrote something: it must only wake someone.
  package func onCommit(_ body: @escaping @Sendable () -> Void) {
    commits.onCommit(body)
  }

  /// Finishes the writes that wait, then closes the file. Later calls throw ``StorageError/closed``.
  package func close() {
    commits.close()
    readers.close()
    try? writer.close()
  }

  /// The schema as text, one statement after the other: compared with a golden file by the tests of each service.
  package func schemaText() throws -> String {
    try read { session in
      try session.rows(
        """
        SELECT sql FROM sqlite_schema
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name LIMIT 1000
        """
      ) { $0.text(0) }.joined(separator: ";\n\n") + ";\n"
    }
  }

  private static func openWriter(path: String, durability: Durability, limits: StorageLimits) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(limits.busyTimeoutSeconds)
    configuration.label = "writer"
    configuration.allowsUnsafeTransactions = true  // a transaction that would not end is an error, not a crash
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { try setPragmas(SQLSession($0), durability: durability, limits: limits) }
      return queue
    } catch {
      throw StorageError.from(error)
    }
  }

  /// After opening, because GRDB resets `synchronous` to NORMAL when it turns the write-ahead log on.
  private static func setPragmas(_ session: SQLSession, durability: Durability, limits: StorageLimits) throws {
    try session.execute(durability == .full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
    try session.execute("PRAGMA cell_size_check = ON")
    try session.execute("PRAGMA trusted_schema = OFF")
    try session.execute("PRAGMA temp_store = MEMORY")
    // What is deleted is overwritten, in freed pages too: an erasure leaves nothing to find in the file.
    try session.execute("PRAGMA secure_delete = ON")
    try session.execute("PRAGMA journal_size_limit = 67108864")
    if let pages = limits.maximumPages { try session.executeScript("PRAGMA max_page_count = \(pages)") }
    let synchronous = try session.first("PRAGMA synchronous") { $0.int(0) }
    let journal = try session.first("PRAGMA journal_mode") { $0.text(0) }
    let secureDelete = try session.first("PRAGMA secure_delete") { $0.int(0) }
    guard synchronous == durability.synchronous, journal == "wal", secureDelete == 1 else {
      throw StorageError.other(
        code: 0,
        message: "synchronous is \(synchronous ?? -1), the journal is \(journal ?? "unknown"), "
          + "secure_delete is \(secureDelete ?? -1)")
    }
  }
}
