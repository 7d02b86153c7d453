import Contract
import NIOCore
import TelemetryKit

/// `/livez`, `/readyz` and `/metrics`, the same on each service and open to whoever reaches the port.
enum HealthEndpoints {
  static let live = Endpoint<Empty, Empty, Empty>(
    "server.livez", .get, "/livez", access: .open, status: 200, summary: "The process answers.")
  static let ready = Endpoint<Empty, Empty, Empty>(
    "server.readyz", .get, "/readyz", access: .open, status: 200, summary: "Requests are welcome.")
  static let metrics = Endpoint<Empty, Empty, Empty>(
    "server.metrics", .get, "/metrics", access: .open, status: 200, summary: "Metrics as Prometheus text.")
}

extension Routes {
  mutating func addHealth(
    service: String, state: HostState, checks: [ReadinessCheck], remarks: [@Sendable () -> String?], metrics: Metrics
  ) {
    let version = MatineeVersion.current
    let alive = Answer.json(Array(#"{"status":"alive","service":"\#(service)","version":"\#(version)"}"#.utf8))
    open(HealthEndpoints.live) { _ in alive }
    open(HealthEndpoints.ready) { _ in
      let missing = await Readiness.missing(state: state, checks: checks)
      guard missing.isEmpty else { throw Readiness.problem(missing) }
      return .json(try JSON.encode(Readiness.Answer(service: service, remarks: remarks.compactMap { $0() })))
    }
    open(HealthEndpoints.metrics) { _ in
      .text(metrics.exposition(), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
  }
}

enum Readiness {
  struct Answer: Encodable {
    var status = "ready"
    let service: String
    /// Absent where all is as it should be.
    let remarks: [String]?

    init(service: String, remarks: [String]) {
      self.service = service
      self.remarks = remarks.isEmpty ? nil : remarks
    }
  }

  /// A check that has not answered by then has not passed.
  private static let checkLimit = Duration.seconds(1)

  /// What keeps requests unwelcome, by name.
  static func missing(state: HostState, checks: [ReadinessCheck]) async -> [String] {
    switch state.phase {
    case .draining: return ["draining"]
    case .starting: return ["starting"]
    case .serving: break
    }
    if checks.isEmpty { return [] }
    return await withTaskGroup(of: (index: Int, passes: Bool).self) { group in
      for (index, check) in checks.enumerated() {
        group.addTask { (index, (try? await check.passes()) ?? false) }
      }
      group.addTask {
        try? await Task.sleep(for: checkLimit)
        return (-1, false)
      }
      var unanswered = checks.count
      var missing = Set(checks.indices)
      while unanswered > 0, let (index, passes) = await group.next(), index >= 0 {
        unanswered -= 1
        if passes { missing.remove(index) }
      }
      group.cancelAll()
      return missing.sorted().map { checks[$0].name }
    }
  }

  static func problem(_ missing: [String]) -> Problem {
    var problem = Problem.unavailable("Not ready: \(missing.joined(separator: ", ")).")
    problem.type = "/problems/not-ready"
    problem.errors = missing.map { Problem.FieldError(field: $0, message: "has not passed") }
    return problem
  }
}
