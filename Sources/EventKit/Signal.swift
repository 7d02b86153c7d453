import Synchronization

/// Wakes whoever waits for "something is new", without ever missing it: a wait names the generation it has seen.
package final class Signal: Sendable {
  private struct State {
    var generation = 0
    var nextWaiter = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// How often it was raised; read before looking for news.
  package var generation: Int { state.withLock { $0.generation } }

  package func raise() {
    let waiters = state.withLock { state in
      state.generation += 1
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns once it was raised after `generation` was read, at the latest after `limit`, or when cancelled.
  package func wait(beyond generation: Int, atMost limit: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await Task.sleep(for: limit) }
      group.addTask { await self.wait(beyond: generation) }
      await group.next()
      group.cancelAll()
    }
  }

  private func wait(beyond generation: Int) async {
    let waiter = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          // A cancel that came first has left its mark.
          if state.generation != generation || Task.isCancelled { return true }
          state.waiters[waiter] = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
    }
  }
}

/// Growing pauses between attempts, with jitter, so that many who lost the same peer do not return at once.
struct Backoff {
  let first: Duration
  let longest: Duration
  private var next: Duration

  init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
    next = first
  }

  mutating func reset() { next = first }

  /// The pause before the next attempt: between half and all of what it has grown to.
  mutating func pause() -> Duration {
    defer { next = min(next * 2, longest) }
    return next * Double.random(in: 0.5...1)
  }
}
