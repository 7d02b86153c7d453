import CacheKit
import Contract
import Foundation
import SecurityKit
import Synchronization

/// Slows guessing and flooding: some tries are free, then each has to wait longer than the one before it; tries are
/// forgiven one by one as time passes. Nobody is locked out for good.
///
/// A try that turns out right is not counted. While tries of one key are under way that may yet turn out right, the
/// next ones wait for them rather than being refused: many who log in at once from behind one address all get in,
/// and of many guesses sent at once no more are tried than would be one after the other.
///
/// Kept in memory, for at most `capacity` keys.
final class AttemptLimit: Sendable {
  struct Policy: Sendable {
    /// What the `RateLimit` header calls it; letters and hyphens.
    var name: String
    /// Tries that need not wait.
    var free: Int
    /// The wait after the last free try; from then on it doubles with each.
    var firstDelaySeconds: Double
    var longestDelaySeconds: Double
    /// After which time one more try is forgiven.
    var forgivenSeconds: Double
  }

  private struct Record {
    var count: Double
    var at: Timestamp
    var nextAt: Timestamp
  }

  /// Of a digest, as what is counted may be long and need not be kept.
  private struct Key: Hashable {
    let bytes: SIMD16<UInt8>

    init(_ text: String) {
      bytes = SIMD16(Sodium.sha256(text.utf8).prefix(16))
    }
  }

  private enum Decision {
    case admitted
    /// Others are under way that may turn out right.
    case waits
    case refused(seconds: Double)
  }

  /// Tries that have been let through and not yet been judged, and those that wait for them.
  private struct UnderWay {
    var count = 0
    var waiting: [CheckedContinuation<Decision, Never>] = []
  }

  /// That wait for tries of the same key; one more is refused.
  private static let waitingMaximum = 64
  /// A try is forgiven little by little; what is left of it counts as one down to this.
  private static let fraction = 0.5

  private let policy: Policy
  private let clock: WallClock
  private let records: BoundedCache<Key, Record>
  private let underWay = Mutex<[Key: UnderWay]>([:])

  init(_ policy: Policy, clock: WallClock, capacity: Int = 100_000) {
    self.policy = policy
    self.clock = clock
    records = BoundedCache(limit: capacity)
  }

  /// Lets `guess` try, and counts it where it answers nil, which means wrong; what it throws is not counted.
  ///
  /// Throws ``AccountsError/tooManyAttempts(_:)`` while `key` has to wait.
  func attempt<Value>(
    _ key: String, before deadline: Deadline, _ guess: () async throws -> Value?
  ) async throws -> Value? {
    let key = Key(key)
    try await admit(key, before: deadline)
    do {
      let value = try await guess()
      settle(key, isWrong: value == nil)
      return value
    } catch {
      settle(key, isWrong: false)
      throw error
    }
  }

  /// Counts one of what is limited as such, right or wrong: sign-ups, mails.
  ///
  /// Throws ``AccountsError/tooManyAttempts(_:)`` while `key` has to wait.
  func spend(_ key: String) throws(AccountsError) {
    let key = Key(key)
    let decision = underWay.withLock { underWay in
      let decision = decide(key, underWay[key]?.count ?? 0)
      if case .admitted = decision { count(key) }
      return decision
    }
    if case .refused(let seconds) = decision { throw refusal(seconds) }
  }

  /// Takes one try back.
  func forgive(_ key: String) {
    let key = Key(key)
    underWay.withLock { _ in
      guard let record = records[key] else { return }
      let now = clock.now()
      let left = remaining(record, now) - 1
      records[key] = left > 0 ? Record(count: left, at: now, nextAt: now) : nil
    }
  }

  // MARK: - Admission

  private func admit(_ key: Key, before deadline: Deadline) async throws(AccountsError) {
    while true {
      switch await admission(key) {
      case .admitted: return
      case .refused(let seconds): throw refusal(seconds)
      case .waits: if deadline.hasPassed { throw .deadlinePassed }
      }
    }
  }

  /// Returns `waits` when those that were waited for have been judged.
  private func admission(_ key: Key) async -> Decision {
    await withCheckedContinuation { continuation in
      let decision: Decision? = underWay.withLock { underWay in
        let entry = underWay[key] ?? UnderWay()
        switch decide(key, entry.count) {
        case .admitted:
          underWay[key, default: UnderWay()].count += 1
          return .admitted
        case .refused(let seconds): return .refused(seconds: seconds)
        case .waits:
          guard entry.waiting.count < Self.waitingMaximum else { return .refused(seconds: 1) }
          underWay[key]?.waiting.append(continuation)
          return nil
        }
      }
      if let decision { continuation.resume(returning: decision) }
    }
  }

  /// - Parameter underWay: how many tries of the key are.
  private func decide(_ key: Key, _ underWay: Int) -> Decision {
    let now = clock.now()
    let record = records[key]
    // A clock that was set back must not make anybody wait for longer than the policy says.
    let wait = min(record?.nextAt.seconds(since: now) ?? 0, policy.longestDelaySeconds)
    if wait > 0 { return .refused(seconds: wait) }
    let counted = record.map { remaining($0, now) } ?? 0
    return underWay == 0 || counted + Double(underWay) < Double(policy.free) - Self.fraction ? .admitted : .waits
  }

  private func settle(_ key: Key, isWrong: Bool) {
    let waiting = underWay.withLock { underWay in
      if isWrong { count(key) }
      let entry = underWay[key] ?? UnderWay()
      underWay[key] = entry.count > 1 ? UnderWay(count: entry.count - 1) : nil
      return entry.waiting
    }
    for continuation in waiting { continuation.resume(returning: .waits) }
  }

  // MARK: - Counting

  private func count(_ key: Key) {
    let now = clock.now()
    let counted = min((records[key].map { remaining($0, now) } ?? 0) + 1, Double(policy.free) + 32)
    let beyond = counted - Double(policy.free)
    let isFree = beyond < -Self.fraction
    let delay = isFree ? 0 : min(policy.longestDelaySeconds, policy.firstDelaySeconds * exp2(max(0, beyond)))
    records[key] = Record(count: counted, at: now, nextAt: now.adding(seconds: delay))
  }

  private func remaining(_ record: Record, _ now: Timestamp) -> Double {
    max(0, record.count - max(0, now.seconds(since: record.at)) / policy.forgivenSeconds)
  }

  private func refusal(_ seconds: Double) -> AccountsError {
    .tooManyAttempts(
      RateLimit(
        name: policy.name, quota: policy.free,
        windowSeconds: Int((Double(policy.free) * policy.forgivenSeconds).rounded(.up)), remaining: 0,
        resetSeconds: max(1, Int(seconds.rounded(.up)))))
  }
}
