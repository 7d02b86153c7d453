package import Contract
import Synchronization

/// Makes internal tokens, and gives the same one again to the same principal and audience for half of its life.
///
/// Holds at most `capacity` tokens, in two generations: when the younger is full the older is forgotten.
package final class InternalTokenMint: Sendable {
  private struct Key: Hashable {
    let principal: Principal
    let audience: String
  }

  private struct Entry {
    let text: String
    let reusableUntil: Timestamp
  }

  private struct Generations {
    var young: [Key: Entry] = [:]
    var old: [Key: Entry] = [:]
  }

  private let keys: StackKeys
  private let clock: WallClock
  private let generationCapacity: Int
  private let generations = Mutex(Generations())

  package init(keys: StackKeys, clock: WallClock, capacity: Int = 4096) {
    self.keys = keys
    self.clock = clock
    generationCapacity = max(1, capacity / 2)
  }

  package func token(for principal: Principal, audience: String) -> String {
    let now = clock.now()
    let key = Key(principal: principal, audience: audience)
    let kept = generations.withLock { $0.young[key] ?? $0.old[key] }
    if let kept, now < kept.reusableUntil, kept.reusableUntil.seconds(since: now) <= Self.reuseSeconds {
      return kept.text
    }
    let text = InternalToken.mint(principal, audience: audience, now: now, keys: keys)
    let entry = Entry(text: text, reusableUntil: now.adding(seconds: Self.reuseSeconds))
    generations.withLock { generations in
      if generations.young.count >= generationCapacity {
        generations.old = generations.young
        generations.young = [:]
      }
      generations.young[key] = entry
    }
    return text
  }

  /// How many tokens are held now.
  package var count: Int { generations.withLock { $0.young.count + $0.old.count } }

  private static let reuseSeconds = Double(InternalToken.lifetimeSeconds) / 2
}
