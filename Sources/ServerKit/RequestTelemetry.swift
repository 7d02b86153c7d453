import Contract
import Logging
import Synchronization
import TelemetryKit

/// Counts, times and logs the requests of one service.
final class RequestTelemetry: Sendable {
  private let requests: Counter
  private let durations: Histogram
  private let inFlight = Atomic<Int>(0)
  private let logger: Logger
  private let slowNanoseconds: UInt64
  private let logsEverything: Bool
  let unmatched: EndpointTelemetry

  init(metrics: Metrics, logger: Logger, slowMilliseconds: Int) {
    requests = metrics.counter(
      "http_server_requests_total", help: "Requests answered, by endpoint and class of status.",
      labels: ["endpoint", "status"])
    durations = metrics.histogram(
      "http_server_request_duration_seconds", help: "From the request's head to the end of its answer.",
      buckets: Histogram.latencySeconds, labels: ["endpoint", "status"])
    self.logger = logger
    slowNanoseconds = UInt64(slowMilliseconds) * 1_000_000
    logsEverything = logger.logLevel <= .debug
    unmatched = EndpointTelemetry("unmatched", requests, durations)
    metrics.observe("http_server_requests_in_flight", help: "Requests being answered now.") { [weak self] in
      Double(self?.inFlight.load(ordering: .relaxed) ?? 0)
    }
  }

  func endpoint(_ route: Routes.Route) -> EndpointTelemetry {
    EndpointTelemetry(route.endpoint.name, requests, durations, waits: route.waits, isHealth: route.isPublic)
  }

  /// How many are in flight, this one included.
  func begin() -> Int { inFlight.add(1, ordering: .relaxed).newValue }

  func end() { inFlight.subtract(1, ordering: .relaxed) }

  var requestsInFlight: Int { inFlight.load(ordering: .relaxed) }

  /// - Parameter failure: what was thrown, where something was.
  func record(
    _ endpoint: EndpointTelemetry, status: Int, nanoseconds: UInt64, method: String, trace: TraceContext,
    requestID: String?, failure: (any Error)?
  ) {
    endpoint.record(status: status, seconds: Double(nanoseconds) / 1e9)
    let isBug = status >= 500 && failure.map { !($0 is any ProblemConvertible) } ?? false
    // "Not ready" is what `/readyz` is for.
    let isFailure = status >= 500 && (isBug || !endpoint.isHealth)
    let isSlow = nanoseconds >= slowNanoseconds && !endpoint.waits
    guard isFailure || isSlow || logsEverything else { return }
    let level: Logger.Level =
      isBug ? .error : isFailure ? .warning : isSlow ? .info : .debug
    var metadata: Logger.Metadata = [
      "endpoint": "\(endpoint.name)", "method": "\(method)", "status": "\(status)",
      "milliseconds": "\(Double(nanoseconds / 1000) / 1000)", "trace": "\(trace.traceID)",
    ]
    if let requestID { metadata["request"] = "\(requestID)" }
    if let failure { metadata["error"] = "\(String(reflecting: failure))" }
    logger.log(level: level, isFailure ? "request failed" : "request answered", metadata: metadata)
  }
}

/// The series of one endpoint, by class of status; each is made when first needed.
final class EndpointTelemetry: Sendable {
  private struct Series {
    let requests: Counter.Series
    let durations: Histogram.Series
  }

  let name: String
  private let requests: Counter
  private let durations: Histogram
  /// Taking long is what it is for.
  let waits: Bool
  /// What it answers is the state of the service, not the fate of the request.
  let isHealth: Bool
  private let series = Mutex<[Series?]>(Array(repeating: nil, count: 6))

  init(_ name: String, _ requests: Counter, _ durations: Histogram, waits: Bool = false, isHealth: Bool = false) {
    self.name = name
    self.waits = waits
    self.isHealth = isHealth
    self.requests = requests
    self.durations = durations
  }

  func record(status: Int, seconds: Double) {
    let group = max(1, min(5, status / 100))
    let series = self.series.withLock { all in
      if let known = all[group] { return known }
      let labels = [name, "\(group)xx"]
      let made = Series(requests: requests.with(labels), durations: durations.with(labels))
      all[group] = made
      return made
    }
    series.requests.increment()
    series.durations.record(seconds)
  }
}
