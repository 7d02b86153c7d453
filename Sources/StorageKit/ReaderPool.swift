import Dispatch
import Foundation
import GRDB
import Synchronization

/// A few read-only connections, used on the calling thread; the one used last is used next, so its statements are warm.
final class ReaderPool: Sendable {
  private struct State {
    var idle: [DatabaseQueue] = []
    var isClosed = false
  }

  private let path: String
  private let limits: StorageLimits
  private let state = Mutex(State())
  private let places: DispatchSemaphore

  init(path: String, limits: StorageLimits) {
    self.path = path
    self.limits = limits
    places = DispatchSemaphore(value: limits.maximumReaders)
  }

  /// All statements of `body` see the database as of one moment.
  func read<T>(_ body: (SQLSession) throws -> T) throws -> T {
    guard places.wait(timeout: .now() + limits.readerWaitSeconds) == .success else { throw StorageError.busy }
    defer { places.signal() }
    let reader = try take()
    defer { put(reader) }
    return try reader.unsafeRead { database in
      let session = SQLSession(database)
      try session.execute("BEGIN")
      defer { endSnapshot(session) }
      return try body(session)
    }
  }

  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    for reader in idle { try? reader.close() }
  }

  /// A read-only transaction has nothing to lose: where it cannot be committed it is rolled back.
  private func endSnapshot(_ session: SQLSession) {
    for end in ["COMMIT", "ROLLBACK"] where session.isInTransaction { _ = try? session.execute(end) }
  }

  private func take() throws -> DatabaseQueue {
    let (isClosed, idle) = state.withLock { ($0.isClosed, $0.idle.popLast()) }
    if isClosed { throw StorageError.closed }
    return try idle ?? open()
  }

  private func put(_ reader: DatabaseQueue) {
    let isKept = state.withLock { state in
      if !state.isClosed { state.idle.append(reader) }
      return !state.isClosed
    }
    if !isKept { try? reader.close() }
  }

  private func open() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.label = "reader"
    configuration.allowsUnsafeTransactions = true  // a transaction that would not end is an error, not a crash
    configuration.busyMode = .timeout(limits.busyTimeoutSeconds)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")
    }
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch {
      throw StorageError.from(error)
    }
  }
}
