package import Contract

/// What each service that keeps an audit log answers about it.
package enum AuditEndpoints {
  package static let entries = Endpoint<AuditQuery, Empty, Page<AuditEntry>>(
    "audit.entries", .get, "/v1/studio/audit", access: .operator,
    summary: "What operators asked of a service, the latest first.")
}

package struct AuditQuery: Codable, Sendable {
  /// Whose log; needed at the gateway.
  package var service: String?
  package var limit: Int?
  package var cursor: String?

  package init(service: String? = nil, limit: Int? = nil, cursor: String? = nil) {
    self.service = service
    self.limit = limit
    self.cursor = cursor
  }
}

/// One line of an audit log. An act has two: that it began, written before anything was done, and how it was answered.
/// One that only began was cut short.
package struct AuditEntry: Codable, Sendable, Hashable {
  package enum Phase: String, Codable, Sendable, CaseIterable { case begun, answered }

  /// 1, 2, 3 … without a gap.
  package var seq: Int64
  package var at: Timestamp
  package var actor: String
  package var act: String
  package var target: String
  package var phase: Phase
  /// The `seq` of the act's first line; of that line, its own.
  package var begunSeq: Int64
  /// The answer's status; absent while the act has only begun.
  package var status: Int?
  /// Of this line and all before it, in hexadecimal.
  package var hash: String

  package init(
    seq: Int64, at: Timestamp, actor: String, act: String, target: String, phase: Phase, begunSeq: Int64, status: Int?,
    hash: String
  ) {
    self.seq = seq
    self.at = at
    self.actor = actor
    self.act = act
    self.target = target
    self.phase = phase
    self.begunSeq = begunSeq
    self.status = status
    self.hash = hash
  }
}
