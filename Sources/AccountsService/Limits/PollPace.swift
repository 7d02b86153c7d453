import CacheKit
import Contract
import Synchronization

/// How often each waiting device asks for its tokens: one that asks too soon has to wait five seconds longer from then
/// on (RFC 8628 section 3.5). Kept in memory: asking must not cost a write.
final class PollPace: Sendable {
  private struct Poll {
    var at: Timestamp
    var intervalSeconds: Int
  }

  private static let stepSeconds = 5
  private static let longestSeconds = 60
  /// What the way of a request may vary by.
  private static let toleranceSeconds = 0.5

  private let intervalSeconds: Int
  private let polls: BoundedCache<[UInt8], Poll>
  private let turn = Mutex(())

  init(intervalSeconds: Int, capacity: Int) {
    self.intervalSeconds = intervalSeconds
    polls = BoundedCache(limit: capacity)
  }

  /// Notes that the device of `code` asks now; answers the interval it has to keep from now on, if that is
  /// too soon.
  func tooSoon(_ code: [UInt8], now: Timestamp) -> Int? {
    turn.withLock { _ in
      guard let last = polls[code] else {
        polls[code] = Poll(at: now, intervalSeconds: intervalSeconds)
        return nil
      }
      let waited = now.seconds(since: last.at)
      // A clock that was set back is no haste of the device's.
      let isTooSoon = waited >= 0 && waited < Double(last.intervalSeconds) - Self.toleranceSeconds
      let interval =
        isTooSoon ? min(last.intervalSeconds + Self.stepSeconds, Self.longestSeconds) : last.intervalSeconds
      polls[code] = Poll(at: now, intervalSeconds: interval)
      return isTooSoon ? interval : nil
    }
  }
}
