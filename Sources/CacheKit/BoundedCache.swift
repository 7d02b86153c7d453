import Synchronization

/// A dictionary of at most `limit` entries: two generations, of which the older is dropped when the younger is full.
/// Reading an old entry makes it young again, so what is in use stays; every operation is O(1).
package final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Generations {
    var young: [Key: Value] = [:]
    var old: [Key: Value] = [:]
  }

  private let generations = Mutex(Generations())
  private let generationLimit: Int

  package init(limit: Int) {
    generationLimit = max(1, limit / 2)
  }

  package subscript(key: Key) -> Value? {
    get {
      generations.withLock { all in
        if let value = all.young[key] { return value }
        guard let value = all.old.removeValue(forKey: key) else { return nil }
        insert(value, for: key, in: &all)
        return value
      }
    }
    set {
      generations.withLock { all in
        all.old[key] = nil
        if let newValue { insert(newValue, for: key, in: &all) } else { all.young[key] = nil }
      }
    }
  }

  /// How many entries are held now.
  package var count: Int { generations.withLock { $0.young.count + $0.old.count } }

  package func removeAll() {
    generations.withLock { $0 = Generations() }
  }

  private func insert(_ value: Value, for key: Key, in all: inout Generations) {
    if all.young.count >= generationLimit, all.young[key] == nil {
      all.old = all.young
      all.young = [:]
    }
    all.young[key] = value
  }
}
