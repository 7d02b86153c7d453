import Synchronization

/// The metrics of one service, shown as Prometheus text (exposition format 0.0.4).
///
/// A metric is made once, at start; asking again for the same name gives the same metric. A metric keeps at most
/// ``seriesLimit`` combinations of label values: what comes after is counted under `other`, so that no input of a
/// client can make the registry grow.
package final class Metrics: Sendable {
  /// Label combinations kept for each metric.
  package static let seriesLimit = 256

  private let families = Mutex<[String: any MetricFamily]>([:])

  package init() {}

  /// A number that only rises; its name ends in `_total`.
  package func counter(_ name: String, help: String, labels: [String] = []) -> Counter {
    family(name) { Counter(MetricDescription(name, help: help, kind: "counter", labels: labels)) }
  }

  /// A number that rises and falls.
  package func gauge(_ name: String, help: String, labels: [String] = []) -> Gauge {
    family(name) { Gauge(MetricDescription(name, help: help, kind: "gauge", labels: labels)) }
  }

  /// How many values fell at or below each of `buckets`, which rise; base units (seconds, bytes).
  package func histogram(_ name: String, help: String, buckets: [Double], labels: [String] = []) -> Histogram {
    family(name) {
      Histogram(MetricDescription(name, help: help, kind: "histogram", labels: labels), buckets: buckets)
    }
  }

  /// A gauge whose value is read at each scrape; a later call under the same name replaces the reading.
  package func observe(_ name: String, help: String, _ read: @Sendable @escaping () -> Double) {
    observe(name, help: help, kind: "gauge", read)
  }

  /// A counter whose value is read at each scrape.
  package func observeTotal(_ name: String, help: String, _ read: @Sendable @escaping () -> Double) {
    observe(name, help: help, kind: "counter", read)
  }

  /// Everything, in the order of names.
  package func exposition() -> String {
    let sorted = families.withLock { families in families.values.sorted { $0.description.name < $1.description.name } }
    var text = ""
    for family in sorted {
      let description = family.description
      text += "# HELP \(description.name) \(MetricText.escapedHelp(description.help))\n"
      text += "# TYPE \(description.name) \(description.kind)\n"
      family.write(to: &text)
    }
    return text
  }

  private func observe(_ name: String, help: String, kind: String, _ read: @Sendable @escaping () -> Double) {
    let observation = Observation(MetricDescription(name, help: help, kind: kind, labels: []), read: read)
    families.withLock { $0[name] = observation }
  }

  private func family<Family: MetricFamily>(_ name: String, _ make: () -> Family) -> Family {
    families.withLock { families in
      if let existing = families[name] {
        guard let family = existing as? Family else {
          preconditionFailure("metric \(name) is already a \(existing.description.kind)")
        }
        return family
      }
      let family = make()
      families[name] = family
      return family
    }
  }
}

/// A metric's name and what is the same for all its series.
struct MetricDescription: Sendable {
  let name: String
  let help: String
  let kind: String
  let labels: [String]

  init(_ name: String, help: String, kind: String, labels: [String]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.labels = labels
  }
}

protocol MetricFamily: AnyObject, Sendable {
  var description: MetricDescription { get }
  func write(to text: inout String)
}

private final class Observation: MetricFamily {
  let description: MetricDescription
  private let read: @Sendable () -> Double

  init(_ description: MetricDescription, read: @escaping @Sendable () -> Double) {
    self.description = description
    self.read = read
  }

  func write(to text: inout String) {
    text += "\(description.name) \(MetricText.number(read()))\n"
  }
}
