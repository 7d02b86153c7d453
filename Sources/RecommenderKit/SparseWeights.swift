/// What each title says of others: rows by source title, of (target title, weight), by target ascending.
package struct SparseWeights: Sendable, Hashable {
  /// The row of title i is at `starts[i]..<starts[i + 1]`.
  let starts: [Int32]
  let targets: [Int32]
  let values: [Float]

  package var titleCount: Int { starts.count - 1 }
  package var count: Int { targets.count }

  init(starts: [Int32], targets: [Int32], values: [Float]) {
    self.starts = starts
    self.targets = targets
    self.values = values
  }

  /// One row for each title, with targets ascending.
  init(rows: [[(target: Int32, value: Float)]]) {
    var starts: [Int32] = [0]
    var targets: [Int32] = []
    var values: [Float] = []
    for row in rows {
      for (target, value) in row {
        targets.append(target)
        values.append(value)
      }
      starts.append(Int32(targets.count))
    }
    self.init(starts: starts, targets: targets, values: values)
  }

  package func row(of source: Int32) -> [(target: Int32, value: Float)] {
    guard source >= 0, source < titleCount else { return [] }
    return (Int(starts[Int(source)])..<Int(starts[Int(source) + 1])).map { (targets[$0], values[$0]) }
  }

  /// 0 where nothing is kept.
  package func value(from source: Int32, to target: Int32) -> Float {
    guard source >= 0, source < titleCount else { return 0 }
    var low = Int(starts[Int(source)])
    var high = Int(starts[Int(source) + 1])
    while low < high {
      let middle = (low + high) / 2
      if targets[middle] < target { low = middle + 1 } else { high = middle }
    }
    return low < Int(starts[Int(source) + 1]) && targets[low] == target ? values[low] : 0
  }

  /// Adds the row of `source`, times `factor`; nothing for a title the rows do not know.
  func add(_ source: Int32, times factor: Float, into scores: UnsafeMutableBufferPointer<Float>) {
    guard source >= 0, source < titleCount, scores.count >= titleCount else { return }
    let places = Int(starts[Int(source)])..<Int(starts[Int(source) + 1])
    targets.withUnsafeBufferPointer { targets in
      values.withUnsafeBufferPointer { values in
        for place in places { scores[Int(targets[place])] += factor * values[place] }
      }
    }
  }
}
