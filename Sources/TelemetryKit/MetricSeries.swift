import Synchronization

/// The series of one metric by their label values, at most ``Metrics/seriesLimit`` of them.
final class MetricSeries<Cell: AnyObject & Sendable>: Sendable {
  private let labels: [String]
  private let make: @Sendable () -> Cell
  /// The one series of a metric without labels, which needs no look-up.
  private let only: Cell?
  private let cells = Mutex<[[String]: Cell]>([:])

  init(labels: [String], make: @escaping @Sendable () -> Cell) {
    self.labels = labels
    self.make = make
    only = labels.isEmpty ? make() : nil
  }

  subscript(_ values: [String]) -> Cell {
    if let only { return only }
    precondition(values.count == labels.count, "labels \(labels) need as many values, not \(values)")
    return cells.withLock { cells in
      if let cell = cells[values] { return cell }
      let key = cells.count < Metrics.seriesLimit ? values : labels.map { _ in "other" }
      if let cell = cells[key] { return cell }
      let cell = make()
      cells[key] = cell
      return cell
    }
  }

  /// By label values, in their order.
  var sorted: [(values: [String], cell: Cell)] {
    if let only { return [([], only)] }
    return cells.withLock { $0.map { ($0.key, $0.value) } }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
  }
}

/// A number that threads add to and set.
final class NumberCell: Sendable {
  private let bits = Atomic<UInt64>(0)  // +0.0

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func set(_ value: Double) {
    bits.store(value.bitPattern, ordering: .relaxed)
  }

  func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let result = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
      if result.exchanged { return }
      old = result.original
    }
  }
}

/// The counts of one histogram series.
final class BucketCell: Sendable {
  struct Counts {
    /// Not cumulative; the last is of values above every bound.
    var buckets: [UInt64]
    var sum: Double
  }

  private let bounds: [Double]
  private let counts: Mutex<Counts>

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1), sum: 0))
  }

  func record(_ value: Double) {
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    counts.withLock { counts in
      counts.buckets[index] &+= 1
      counts.sum += value
    }
  }

  var snapshot: Counts { counts.withLock { $0 } }
}
