import Contract
import Logging
import SecurityKit
package import ServerKit
import StorageKit
import Synchronization
import TelemetryKit

/// A service's record of what operators asked of it: `audit.db` in its folder, made with the first such act.
///
/// Each line carries a keyed hash of itself and the line before, so that one that is changed, taken out or slipped in
/// is found by ``AuditVerification``. An act that cannot be written down is not carried out.
package final class AuditLog: Auditor {
  package static let fileName = "audit.db"
  private static let pageDefault = 50
  private static let pageMaximum = 200

  private let context: ServiceContext
  private let opened = Mutex<ServiceDatabase?>(nil)

  init(_ context: ServiceContext) {
    self.context = context
  }

  private var path: String { "\(context.dataFolder)/\(Self.fileName)" }

  package func begin(_ act: AuditedAct) async throws -> Int64 {
    let now = context.clock.now()
    return try await database().write { [key = context.keys.auditKey] db in
      try AuditStore.append(act, answered: nil, at: now, key: key, in: db)
    }
  }

  package func end(_ number: Int64, _ act: AuditedAct, status: Int) async {
    let now = context.clock.now()
    do {
      _ = try await database().write { [key = context.keys.auditKey] db in
        try AuditStore.append(act, answered: (number, status), at: now, key: key, in: db)
      }
    } catch {
      context.logger.error(
        "the answer to an operator's act could not be written to the audit log",
        metadata: ["entry": "\(number)", "status": "\(status)", "error": "\(error)"])
    }
  }

  func entries(_ query: AuditQuery) throws -> Page<AuditEntry> {
    let limit = query.limit ?? Self.pageDefault
    guard (1...Self.pageMaximum).contains(limit) else {
      throw Problem.invalid(field: "limit", "must be 1 to \(Self.pageMaximum)")
    }
    guard let before = query.cursor.map({ Int64($0) }) ?? .max, before > 0 else {
      throw Problem.invalid(field: "cursor", "is not a cursor of this list")
    }
    let items = try database().read { try AuditStore.entries(before: before, limit: limit, in: $0) }
    let next = items.count == limit ? items.last.map { "\($0.seq)" } : nil
    return Page(items: items, next: next == "1" ? nil : next)
  }

  func close() {
    opened.withLock { database in
      database?.close()
      database = nil
    }
  }

  private func database() throws -> ServiceDatabase {
    try opened.withLock { opened in
      if let opened { return opened }
      let database = try ServiceDatabase(
        path: path, migrations: AuditSchema.migrations, clock: context.clock, logger: context.logger,
        metrics: context.metrics)
      opened = database
      return database
    }
  }
}

extension ServiceParts {
  /// Has everything operators ask of this service written down, and answers ``AuditEndpoints``.
  package mutating func keepAuditLog(_ context: ServiceContext) {
    let log = AuditLog(context)
    auditor = log
    routes.on(AuditEndpoints.entries) { try log.entries($0.parameters) }
    onClose.append { log.close() }
  }
}
