import Contract
import NIOCore
import Synchronization

/// Runs a handler until it ends or its deadline passes, whichever comes first.
///
/// A handler that never waits costs no timer. One whose deadline passes is cancelled and not waited for: it has
/// no hold on the connection, since its body was read before it began.
final class DeadlineRace: Sendable {
  private enum State {
    case running
    case waiting(CheckedContinuation<Answer, any Error>)
    case ended(Result<Answer, any Error>)
  }

  private let state = Mutex(State.running)

  static func run(
    until deadline: Deadline, watch: DeadlineWatch, _ work: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let race = DeadlineRace()
    let task = Task.immediate {
      do {
        race.end(.success(try await work()))
      } catch {
        race.end(.failure(error))
      }
    }
    if let result = race.result { return try result.get() }
    let entry = watch.add(deadline) {
      race.end(.failure(Problem.timedOut("The service could not answer in the time the caller gave.")))
      task.cancel()
    }
    defer { watch.remove(entry) }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { race.wait($0) }
    } onCancel: {
      task.cancel()
    }
  }

  private var result: Result<Answer, any Error>? {
    state.withLock { if case .ended(let result) = $0 { result } else { nil } }
  }

  private func wait(_ continuation: CheckedContinuation<Answer, any Error>) {
    let result: Result<Answer, any Error>? = state.withLock { state in
      if case .ended(let result) = state { return result }
      state = .waiting(continuation)
      return nil
    }
    if let result { continuation.resume(with: result) }
  }

  /// The first end counts.
  private func end(_ result: Result<Answer, any Error>) {
    let continuation: CheckedContinuation<Answer, any Error>? = state.withLock { state in
      defer { if case .ended = state {} else { state = .ended(result) } }
      if case .waiting(let continuation) = state { return continuation }
      return nil
    }
    continuation?.resume(with: result)
  }
}

/// Calls back when deadlines pass, to within a tick; ticks only while there is something to watch.
final class DeadlineWatch: Sendable {
  private struct Entry {
    let deadline: Deadline
    let passed: @Sendable () -> Void
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var next = 0
    var isTicking = false
  }

  private let loop: any EventLoop
  private let state = Mutex(State())

  private static let tick = TimeAmount.milliseconds(20)

  init(loop: any EventLoop) {
    self.loop = loop
  }

  func add(_ deadline: Deadline, _ passed: @escaping @Sendable () -> Void) -> Int {
    let (id, isFirst) = state.withLock { state in
      state.next += 1
      state.entries[state.next] = Entry(deadline: deadline, passed: passed)
      defer { state.isTicking = true }
      return (state.next, !state.isTicking)
    }
    if isFirst { scheduleTick() }
    return id
  }

  func remove(_ id: Int) {
    state.withLock { _ = $0.entries.removeValue(forKey: id) }
  }

  private func scheduleTick() {
    loop.scheduleTask(in: Self.tick) {
      let now = ContinuousClock.now
      let (passed, isEmpty) = self.state.withLock { state in
        let passed = state.entries.filter { $0.value.deadline.instant <= now }
        for id in passed.keys { state.entries[id] = nil }
        state.isTicking = !state.entries.isEmpty
        return (passed.values, state.entries.isEmpty)
      }
      for entry in passed { entry.passed() }
      if !isEmpty { self.scheduleTick() }
    }
  }
}
