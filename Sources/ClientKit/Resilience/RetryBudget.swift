import Synchronization

/// Keeps repeats a fixed share of the calls, so that they cannot multiply the load of an upstream in trouble.
///
/// Every call pays a share in, every repeat takes a whole one out; so at any time there have been no more repeats
/// than `share` × calls.
package final class RetryBudget: Sendable {
  private let share: Double
  private let limit: Double
  private let balance = Mutex(0.0)

  /// - Parameters:
  ///   - share: Repeats per call, 0...1.
  ///   - limit: The most repeats that can be saved up for a burst.
  package init(share: Double = 0.1, limit: Double = 20) {
    self.share = share
    self.limit = limit
  }

  /// A call begins.
  package func deposit() {
    balance.withLock { $0 = min(limit, $0 + share) }
  }

  /// Whether a repeat may be made now; if so it is paid for.
  package func withdraw() -> Bool {
    balance.withLock { balance in
      // A little less than one, since ten tenths do not quite add up to it.
      guard balance > 1 - 1e-9 else { return false }
      balance -= 1
      return true
    }
  }
}
