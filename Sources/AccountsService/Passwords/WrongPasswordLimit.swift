import Contract
import SecurityKit
import Synchronization

/// Slows guessing: an address that had too many wrong passwords waits until one is forgiven.
///
/// Addresses without an account are counted the same, so that the limit says nothing about them. Kept in memory, for
/// at most `capacity` addresses in two generations: when the younger is full the older is forgotten.
final class WrongPasswordLimit: Sendable {
  private struct Record {
    var wrong: Double
    var at: Timestamp
  }

  /// Of a digest, as an address may be long and need not be kept.
  private struct Key: Hashable {
    let bytes: SIMD16<UInt8>

    init(_ address: String) {
      bytes = SIMD16(Sodium.sha256(address.utf8).prefix(16))
    }
  }

  private struct Generations {
    var young: [Key: Record] = [:]
    var old: [Key: Record] = [:]
  }

  private let maximum: Double
  private let forgivenSeconds: Double
  private let generationCapacity: Int
  private let generations = Mutex(Generations())

  init(maximum: Int, forgivenSeconds: Int, capacity: Int = 100_000) {
    self.maximum = Double(maximum)
    self.forgivenSeconds = Double(forgivenSeconds)
    generationCapacity = max(1, capacity / 2)
  }

  /// Throws ``AccountsError/tooManyWrongPasswords(retryAfterSeconds:)`` while `address` has to wait.
  func check(_ address: String, now: Timestamp) throws(AccountsError) {
    let key = Key(address)
    let wrong = generations.withLock { generations in
      left(generations.young[key] ?? generations.old[key], now: now)
    }
    // A hair less than the sum, which comes of divisions.
    let waitSeconds = (wrong - maximum + 1) * forgivenSeconds - 0.001
    guard waitSeconds > 0 else { return }
    throw .tooManyWrongPasswords(retryAfterSeconds: Int(waitSeconds.rounded(.up)))
  }

  func noteWrong(_ address: String, now: Timestamp) {
    let key = Key(address)
    generations.withLock { generations in
      let wrong = left(generations.young[key] ?? generations.old[key], now: now)
      if generations.young.count >= generationCapacity, generations.young[key] == nil {
        generations.old = generations.young
        generations.young = [:]
      }
      generations.young[key] = Record(wrong: min(wrong + 1, maximum), at: now)
    }
  }

  func noteRight(_ address: String) {
    let key = Key(address)
    generations.withLock { generations in
      generations.young[key] = nil
      generations.old[key] = nil
    }
  }

  private func left(_ record: Record?, now: Timestamp) -> Double {
    guard let record else { return 0 }
    return max(0, record.wrong - max(0, now.seconds(since: record.at)) / forgivenSeconds)
  }
}
