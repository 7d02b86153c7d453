import AuditKit
import Contract
import ServerKit

/// A service with an act to audit, and one that fails.
enum AuditedModule: ServiceModule {
  static let name = "probe"

  struct Path: Codable, Sendable {
    var title: String
    var force: Bool?
  }

  static let publish = Endpoint<Path, Empty, Empty>(
    "probe.publish", .post, "/titles/{title}/publication", access: .viewer, summary: "An act.")
  static let break_ = Endpoint<Path, Empty, Empty>(
    "probe.break", .delete, "/titles/{title}", access: .viewer, summary: "An act that fails.")
  static let look = Endpoint<Path, Empty, Empty>(
    "probe.look", .get, "/titles/{title}", access: .viewer, summary: "Changes nothing.")

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    var parts = ServiceParts()
    parts.routes.on(publish) { _ in Empty() }
    parts.routes.on(break_) { _ in throw Problem.conflict("It is in use.") }
    parts.routes.on(look) { _ in Empty() }
    parts.keepAuditLog(context)
    return parts
  }
}
