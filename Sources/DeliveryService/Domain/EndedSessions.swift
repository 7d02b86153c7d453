package import Contract
import Synchronization

/// Sessions that have ended before their media tokens expire: what a look-up-free token cannot know.
/// Bounded by the life of tokens and by `limit`.
package final class EndedSessions: Sendable {
  private struct State {
    var expiries: [PlaybackSessionID: Timestamp] = [:]
    /// Reaching it, expired entries are dropped; then it grows with what is left.
    var sweepAt = 1024
  }

  private let limit: Int
  private let state = Mutex(State())

  package init(limit: Int) {
    self.limit = limit
  }

  package var count: Int { state.withLock { $0.expiries.count } }

  package func contains(_ session: PlaybackSessionID) -> Bool {
    state.withLock { $0.expiries[session] != nil }
  }

  package func insert(_ session: PlaybackSessionID, mediaExpiresAt: Timestamp, now: Timestamp) {
    guard now < mediaExpiresAt else { return }
    state.withLock { state in
      state.expiries[session] = mediaExpiresAt
      if state.expiries.count >= min(state.sweepAt, limit + 1) { sweep(&state, now: now) }
    }
  }

  /// Begins anew with what a snapshot tells.
  package func replace(with sessions: [PlaybackSessionID: Timestamp], now: Timestamp) {
    state.withLock { state in
      state.expiries = sessions
      sweep(&state, now: now)
    }
  }

  private func sweep(_ state: inout State, now: Timestamp) {
    state.expiries = state.expiries.filter { now < $0.value }
    if state.expiries.count > limit {
      let kept = state.expiries.sorted { $0.value > $1.value }.prefix(limit * 9 / 10)
      state.expiries = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
    state.sweepAt = max(1024, state.expiries.count * 2)
  }
}
