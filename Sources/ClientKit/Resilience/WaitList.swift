import NIOCore

/// Tasks that wait, in order of arrival. Part of a lock's state: whoever takes a waiter out resumes it, so each is
/// resumed once, whether by its turn, its deadline or its cancellation.
struct WaitList<Value: Sendable> {
  typealias Waiter = CheckedContinuation<Value, any Error>

  private var order = CircularBuffer<Int>()
  private var waiters: [Int: Waiter] = [:]
  private var nextTicket = 0

  var count: Int { waiters.count }
  var isEmpty: Bool { waiters.isEmpty }

  /// A name for a waiter to be.
  mutating func makeTicket() -> Int {
    nextTicket += 1
    return nextTicket
  }

  mutating func add(_ waiter: Waiter, ticket: Int) {
    waiters[ticket] = waiter
    order.append(ticket)
  }

  mutating func remove(_ ticket: Int) -> Waiter? {
    let waiter = waiters.removeValue(forKey: ticket)
    // Those taken out of turn are passed over later; many of them are not let pile up.
    if order.count > 2 * waiters.count + 64 { order.removeAll { waiters[$0] == nil } }
    return waiter
  }

  mutating func popFirst() -> Waiter? {
    while let ticket = order.popFirst() {
      if let waiter = waiters.removeValue(forKey: ticket) { return waiter }
    }
    return nil
  }

  mutating func takeAll() -> [Waiter] {
    defer {
      waiters.removeAll()
      order.removeAll()
    }
    return order.compactMap { waiters[$0] }
  }
}
