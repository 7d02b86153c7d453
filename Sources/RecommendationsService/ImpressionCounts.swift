import TelemetryKit

/// What comes in about titles that were seen.
struct ImpressionCounts: Sendable {
  private let recorded: Counter
  private let forgotten: Counter

  init(_ metrics: Metrics) {
    recorded = metrics.counter(
      "recommendations_impressions_total", help: "Titles of home pages that came into view, as reported.")
    forgotten = metrics.counter(
      "recommendations_impressions_of_forgotten_pages_total", help: "Reports about pages that are not remembered.")
  }

  func record(_ titles: Int) { recorded.increment(by: Double(titles)) }
  func forget() { forgotten.increment() }
}
