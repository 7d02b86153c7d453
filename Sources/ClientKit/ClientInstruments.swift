package import TelemetryKit

extension CurlLoop {
  /// Shows what the loop is doing.
  package func observe(in metrics: Metrics) {
    metrics.observe("http_client_requests_in_flight", help: "Calls and streams to other services under way.") {
      [weak self] in Double(self?.runningCount ?? 0)
    }
    metrics.observe("http_client_requests_waiting", help: "Calls that wait for a connection to another service.") {
      [weak self] in Double(self?.waitingCount ?? 0)
    }
    metrics.observeTotal("http_client_connections_total", help: "Connections opened to other services.") {
      [weak self] in Double(self?.connectionsOpened ?? 0)
    }
  }
}

extension ResilientTransport {
  /// Shows the state of the breaker and the limit, named by the upstream.
  package func observe(in metrics: Metrics) {
    let name = "upstream_" + upstream.map { $0.isLetter || $0.isNumber ? $0 : "_" }
    metrics.observe(name + "_breaker_open", help: "1 while calls to \(upstream) are refused or probed, else 0.") {
      [breaker] in breaker.status == .closed ? 0 : 1
    }
    metrics.observe(name + "_calls_in_flight", help: "Calls to \(upstream) under way.") {
      [limit] in Double(limit.activeCount)
    }
    metrics.observe(name + "_calls_waiting", help: "Calls to \(upstream) that wait for a place.") {
      [limit] in Double(limit.waitingCount)
    }
  }
}
