import AccountsAPI
import Contract
import StorageKit

/// What all events of accounts have come to, as ``AccountsSnapshotLine``s.
enum AccountsSnapshot {
  /// - Parameter endedAfter: log-in sessions that ended, or were bound to a profile, before are left out: no access
  ///   token from before that is alive.
  static func write(
    _ plans: PlanCatalogue, endedAfter: Timestamp, from db: SQLSession, _ line: ([UInt8]) throws -> Void
  ) throws {
    try AccountStore.forEach(plans, in: db) { try line(JSON.encode(AccountsSnapshotLine(account: $0))) }
    try ProfileStore.forEach(in: db) { try line(JSON.encode(AccountsSnapshotLine(profile: ProfileChanged($0)))) }
    try LoginSessionStore.forEachEnded(after: endedAfter, in: db) {
      try line(JSON.encode(AccountsSnapshotLine(endedLoginSession: $0)))
    }
    try BindingStore.forEachBound(after: endedAfter, in: db) {
      try line(JSON.encode(AccountsSnapshotLine(boundLoginSession: $0)))
    }
    try ErasureStore.forEach(in: db) { try line(JSON.encode(AccountsSnapshotLine(erasedAccount: $0))) }
  }
}
