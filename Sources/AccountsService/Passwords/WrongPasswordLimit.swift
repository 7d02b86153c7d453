import Contract
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

  private struct Generations {
    var young: [String: Record] = [:]
    var old: [String: Record] = [:]
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
    let wrong = generations.withLock { generations in
      left(generations.young[address] ?? generations.old[address], now: now)
    }
    // A hair less than the sum, which comes of divisions.
    let waitSeconds = (wrong - maximum + 1) * forgivenSeconds - 0.001
    guard waitSeconds > 0 else { return }
    throw .tooManyWrongPasswords(retryAfterSeconds: Int(waitSeconds.rounded(.up)))
  }

  func noteWrong(_ address: String, now: Timestamp) {
    generations.withLock { generations in
      let wrong = left(generations.young[address] ?? generations.old[address], now: now)
      if generations.young.count >= generationCapacity, generations.young[address] == nil {
        generations.old = generations.young
        generations.young = [:]
      }
      generations.young[address] = Record(wrong: min(wrong + 1, maximum), at: now)
    }
  }

  func noteRight(_ address: String) {
    generations.withLock { generations in
      generations.young[address] = nil
      generations.old[address] = nil
    }
  }

  private func left(_ record: Record?, now: Timestamp) -> Double {
    guard let record else { return 0 }
    return max(0, record.wrong - max(0, now.seconds(since: record.at)) / forgivenSeconds)
  }
}
