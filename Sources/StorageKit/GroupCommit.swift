import Dispatch
import Foundation
import GRDB
import Logging
import Synchronization

/// Gathers the writes that wait while one commit is on its way to the disk, and gives them the next commit together:
/// a commit costs one fsync (up to milliseconds) however many rows it carries.
///
/// One thread of its own does all writing, so that waiting for the disk never holds a thread of Swift's pool.
final class GroupCommit: Sendable {
  private struct State {
    var waiting: [Write] = []
    var isWriterAsleep = false
    var isClosed = false
    var listeners: [@Sendable () -> Void] = []
  }

  private let connection: DatabaseQueue
  private let limits: StorageLimits
  private let logger: Logger
  private let instruments: StorageInstruments?
  private let state = Mutex(State())
  private let wakeUp = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(
    connection: DatabaseQueue, name: String, limits: StorageLimits, logger: Logger, instruments: StorageInstruments?
  ) {
    self.connection = connection
    self.limits = limits
    self.logger = logger
    self.instruments = instruments
    let thread = Thread { [self] in run() }
    // Linux shows 15 characters of it, and takes no longer name.
    thread.name = String("writer \(name)".prefix(15))
    thread.start()
  }

  /// Queues a write; answers why it is refused, if it is.
  func submit(_ write: Write) -> StorageError? {
    let (refusal, isToBeWoken): (StorageError?, Bool) = state.withLock { state in
      if state.isClosed { return (.closed, false) }
      if state.waiting.count >= limits.maximumWaitingWrites { return (.busy, false) }
      state.waiting.append(write)
      defer { state.isWriterAsleep = false }
      return (nil, state.isWriterAsleep)
    }
    if isToBeWoken { wakeUp.signal() }
    return refusal
  }

  var waitingCount: Int { state.withLock { $0.waiting.count } }

  func onCommit(_ listener: @escaping @Sendable () -> Void) {
    state.withLock { $0.listeners.append(listener) }
  }

  /// Finishes what is queued, refuses what comes later.
  func stop() {
    state.withLock { $0.isClosed = true }
    wakeUp.signal()
  }

  /// Stops, and returns when the writer has ended.
  func close() {
    stop()
    ended.wait()
    ended.signal()  // for whoever closes a second time
  }

  // MARK: - The writer's thread

  private func run() {
    var truncation = LogTruncation()
    while let batch = next() {
      if !batch.isEmpty { commit(batch, &truncation) }
      truncation.tryIfDue(connection, limits: limits)
      guard batch.isEmpty else { continue }
      if truncation.isDue { _ = wakeUp.wait(timeout: .now() + LogTruncation.pause) } else { wakeUp.wait() }
    }
    truncation.tryIfDue(connection, limits: limits)
    ended.signal()
  }

  /// The writes to commit now; empty when there are none, nil at the end.
  private func next() -> [Write]? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.isWriterAsleep = true
        return state.isClosed ? nil : []
      }
      guard state.waiting.count > limits.maximumWritesPerCommit else {
        defer { state.waiting = [] }
        return state.waiting
      }
      defer { state.waiting.removeFirst(limits.maximumWritesPerCommit) }
      return Array(state.waiting.prefix(limits.maximumWritesPerCommit))
    }
  }

  private func commit(_ batch: [Write], _ truncation: inout LogTruncation) {
    let start = ContinuousClock.now
    do {
      let afterCommit = AfterCommit()
      let (answers, hasChanges) = try connection.writeWithoutTransaction { database in
        try transaction(batch, SQLSession(database, afterCommit: afterCommit))
      }
      if afterCommit.truncatesLog { truncation.demand() }
      if hasChanges {
        instruments?.recordCommit(writes: batch.count, duration: .now - start)
        for listener in state.withLock({ $0.listeners }) { listener() }
      }
      for answer in answers { answer() }
    } catch {
      let failure = StorageError.from(error)
      instruments?.recordFailedCommit()
      for write in batch { write.fail(failure) }
    }
  }

  /// All writes in one transaction, each in its own savepoint; answers what tells the callers once it is durable.
  private func transaction(
    _ batch: [Write], _ session: SQLSession
  ) throws -> (answers: [@Sendable () -> Void], hasChanges: Bool) {
    let changesBefore = session.totalChanges
    do {
      // Left open only where the disk refused even to roll back.
      if session.isInTransaction { try session.execute("ROLLBACK") }
      try session.execute("BEGIN IMMEDIATE")
      let answers = try batch.map { try perform($0, session) }
      try session.execute("COMMIT")
      return (answers, session.totalChanges != changesBefore)
    } catch {
      if session.isInTransaction { try session.execute("ROLLBACK") }
      throw error
    }
  }

  /// Throws only what undoes the whole transaction.
  private func perform(_ write: Write, _ session: SQLSession) throws -> @Sendable () -> Void {
    let start = ContinuousClock.now
    try session.execute("SAVEPOINT one_write")
    do {
      let answer = try write.run(session)
      if session.hasUnmetForeignKeys { throw StorageError.constraint(.foreignKey, "deferred") }
      try session.execute("RELEASE one_write")
      warn(ifSlow: .now - start)
      return answer
    } catch {
      // SQLite may have rolled everything back by itself, above all when the disk is full.
      guard session.isInTransaction else { throw error }
      try session.execute("ROLLBACK TO one_write")
      try session.execute("RELEASE one_write")
      return { write.fail(error) }
    }
  }

  private func warn(ifSlow duration: Duration) {
    guard duration > limits.slowWrite else { return }
    logger.warning("a write held up all others", metadata: ["duration": "\(duration)"])
  }
}

/// One waiting write.
struct Write: Sendable {
  /// Does the work; what it answers is called once the work is durable.
  let run: @Sendable (SQLSession) throws -> @Sendable () -> Void
  let fail: @Sendable (any Error) -> Void
}
