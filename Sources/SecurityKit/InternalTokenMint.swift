import CacheKit
package import Contract

/// Makes internal tokens, and gives the same one again to the same principal and audience for half of its life.
/// Holds at most `capacity` tokens.
package final class InternalTokenMint: Sendable {
  private struct Key: Hashable {
    let principal: Principal
    let audience: String
  }

  private struct Entry {
    let text: String
    let reusableUntil: Timestamp
  }

  private let keys: StackKeys
  private let clock: WallClock
  private let tokens: BoundedCache<Key, Entry>

  package init(keys: StackKeys, clock: WallClock, capacity: Int = 4096) {
    self.keys = keys
    self.clock = clock
    tokens = BoundedCache(limit: capacity)
  }

  package func token(for principal: Principal, audience: String) -> String {
    let now = clock.now()
    let key = Key(principal: principal, audience: audience)
    if let kept = tokens[key], now < kept.reusableUntil, kept.reusableUntil.seconds(since: now) <= Self.reuseSeconds {
      return kept.text
    }
    let text = InternalToken.mint(principal, audience: audience, now: now, keys: keys)
    tokens[key] = Entry(text: text, reusableUntil: now.adding(seconds: Self.reuseSeconds))
    return text
  }

  /// How many tokens are held now.
  package var count: Int { tokens.count }

  private static let reuseSeconds = Double(InternalToken.lifetimeSeconds) / 2
}
