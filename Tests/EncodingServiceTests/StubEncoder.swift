import Contract
import EncodingAPI
import TestKit

@testable import EncodingService

/// An encoder that speaks the protocol over HTTP and claims to have done everything.
struct StubEncoder: Sendable {
  let name: String
  let encoding: TestService
  var facts = WorkerFacts.unsaid
  private let context = CallContext.service("encoder", within: .seconds(60))

  init(_ name: String, of encoding: TestService, _ facts: WorkerFacts = .unsaid) {
    self.name = name
    self.encoding = encoding
    self.facts = facts
  }

  func lease(waiting seconds: Int = 0) async throws -> TaskLease? {
    try await encoding.transport.call(
      EncodingEndpoints.lease, body: LeaseRequest(encoder: name, waitSeconds: seconds, facts: facts), in: context
    ).lease
  }

  func beat(_ lease: TaskLease, _ progress: Double) async throws {
    _ = try await encoding.transport.call(
      EncodingEndpoints.heartbeat, TaskPath(task: lease.task),
      body: TaskHeartbeat(token: lease.token, progress: progress, seconds: progress * 10), in: context)
  }

  func report(_ lease: TaskLease, _ outcome: TaskReport.Outcome = .succeeded) async throws {
    let output = TaskOutput {
      $0.folder = "\(lease.work.kind)-\(lease.work.ordinal)"
      $0.facts = lease.work.kind == .probe ? Desk.facts : nil
      $0.frameCount = lease.work.kind == .conform ? Desk.facts.frameCount : nil
      $0.renditionBytes = lease.work.kind == .package ? [307_500] : nil
      $0.quality = lease.work.kind == .quality ? Desk.quality : nil
    }
    _ = try await encoding.transport.call(
      EncodingEndpoints.report, TaskPath(task: lease.task),
      body: TaskReport(
        token: lease.token, outcome: outcome, output: outcome == .succeeded ? output : nil, reason: "Because.",
        seconds: 1),
      in: context)
  }

  /// Does what there is, and answers which tasks.
  @discardableResult
  func workOff() async throws -> [TaskLease] {
    var done: [TaskLease] = []
    while let lease = try await lease() {
      try await report(lease)
      done.append(lease)
    }
    return done
  }
}
