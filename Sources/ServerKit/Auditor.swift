package import Contract

/// Something an operator asked a service to do.
package struct AuditedAct: Sendable, Hashable {
  /// The account's id, or `service:matinee` for the command line of the machine.
  package let actor: String
  /// The endpoint's name.
  package let act: String
  /// The path that was asked for, without its query.
  package let target: String

  package init(actor: String, act: String, target: String) {
    self.actor = actor
    self.act = act
    self.target = target
  }
}

/// Keeps a lasting record of what operators do.
package protocol Auditor: Sendable {
  /// Called before the act is carried out; where it throws, the act is not. Answers a number that ``end(_:_:status:)``
  /// is given.
  func begin(_ act: AuditedAct) async throws -> Int64

  /// Called when the act has been answered. A fault is the auditor's own to report: what was done is done.
  func end(_ number: Int64, _ act: AuditedAct, status: Int) async
}

extension AuditedAct {
  /// The caller that `matinee COMMAND` is to a service.
  package static let commandLine = "matinee"

  /// Nil for what is not recorded: reading, and what viewers and other services do.
  init?(_ endpoint: any EndpointDescription, _ request: RequestInfo) {
    guard !endpoint.method.isSafe else { return nil }
    let principal = request.principal
    switch principal.role {
    case .operator: actor = principal.account?.description ?? "operator"
    case .service where principal.service == Self.commandLine: actor = "service:\(Self.commandLine)"
    default: return nil
    }
    act = endpoint.name
    target = String(request.target.prefix { $0 != "?" })
  }
}
