/// A number that only rises.
package final class Counter: MetricFamily {
  let description: MetricDescription
  private let series: MetricSeries<NumberCell>

  init(_ description: MetricDescription) {
    self.description = description
    series = MetricSeries(labels: description.labels) { NumberCell() }
  }

  package func increment(by amount: Double = 1, _ labelValues: [String] = []) {
    series[labelValues].add(amount)
  }

  /// The series of these label values, for paths where looking it up each time would cost.
  package func with(_ labelValues: [String]) -> Series { Series(cell: series[labelValues]) }

  package struct Series: Sendable {
    let cell: NumberCell

    package func increment(by amount: Double = 1) { cell.add(amount) }
    package var value: Double { cell.value }
  }

  func write(to text: inout String) {
    for (values, cell) in series.sorted {
      text += description.name + MetricText.labels(description.labels, values) + " \(MetricText.number(cell.value))\n"
    }
  }
}

/// A number that rises and falls.
package final class Gauge: MetricFamily {
  let description: MetricDescription
  private let series: MetricSeries<NumberCell>

  init(_ description: MetricDescription) {
    self.description = description
    series = MetricSeries(labels: description.labels) { NumberCell() }
  }

  package func set(_ value: Double, _ labelValues: [String] = []) {
    series[labelValues].set(value)
  }

  package func add(_ amount: Double, _ labelValues: [String] = []) {
    series[labelValues].add(amount)
  }

  /// The series of these label values, for paths where looking it up each time would cost.
  package func with(_ labelValues: [String]) -> Series { Series(cell: series[labelValues]) }

  package struct Series: Sendable {
    let cell: NumberCell

    package func set(_ value: Double) { cell.set(value) }
    package func add(_ amount: Double) { cell.add(amount) }
    package var value: Double { cell.value }
  }

  func write(to text: inout String) {
    for (values, cell) in series.sorted {
      text += description.name + MetricText.labels(description.labels, values) + " \(MetricText.number(cell.value))\n"
    }
  }
}

/// How values are spread.
package final class Histogram: MetricFamily {
  let description: MetricDescription
  private let bounds: [Double]
  private let series: MetricSeries<BucketCell>

  init(_ description: MetricDescription, buckets: [Double]) {
    precondition(!buckets.isEmpty && zip(buckets, buckets.dropFirst()).allSatisfy(<), "buckets must rise")
    self.description = description
    bounds = buckets
    series = MetricSeries(labels: description.labels) { BucketCell(bounds: buckets) }
  }

  /// Half a millisecond to ten seconds, for answers.
  package static let latencySeconds: [Double] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  package func record(_ value: Double, _ labelValues: [String] = []) {
    series[labelValues].record(value)
  }

  /// The series of these label values, for paths where looking it up each time would cost.
  package func with(_ labelValues: [String]) -> Series { Series(cell: series[labelValues]) }

  package struct Series: Sendable {
    let cell: BucketCell

    package func record(_ value: Double) { cell.record(value) }
  }

  func write(to text: inout String) {
    for (values, cell) in series.sorted {
      let counts = cell.snapshot
      var cumulative: UInt64 = 0
      for (index, count) in counts.buckets.enumerated() {
        cumulative += count
        let bound = index < bounds.count ? MetricText.number(bounds[index]) : "+Inf"
        let labels = MetricText.labels(description.labels, values, also: ("le", bound))
        text += "\(description.name)_bucket\(labels) \(cumulative)\n"
      }
      let labels = MetricText.labels(description.labels, values)
      text += "\(description.name)_sum\(labels) \(MetricText.number(counts.sum))\n"
      text += "\(description.name)_count\(labels) \(cumulative)\n"
    }
  }
}
