import Contract
import EventKit
import SecurityKit
import ServerKit
import StorageKit

/// Gives other services the keys of accounts' events.
struct EventKeyRoutes: Sendable {
  let database: ServiceDatabase

  func add(to routes: inout Routes) {
    routes.answer(EventKeyEndpoints.keys) { call in
      guard call.body.accounts.count <= EventKeyEndpoints.accountsMaximum else {
        throw Problem.invalid(field: "accounts", "must be at most \(EventKeyEndpoints.accountsMaximum)")
      }
      return try .uncached(EventKeysAnswer(try await keys(of: call.body.accounts)), status: 200)
    }
  }

  private func keys(of accounts: [AccountID]) async throws -> [(account: AccountID, key: [UInt8])] {
    var found = try database.read { db in
      try accounts.map { (account: $0, key: try EventKeyStore.key(of: $0, in: db)) }
    }
    // An account of a version that had no keys; of one that is no more nothing is made.
    if found.contains(where: { $0.key == nil }) {
      found = try await database.write { db in
        try accounts.map { (account: $0, key: try EventKeyStore.keyOrNew(of: $0, in: db)) }
      }
    }
    return found.compactMap { account, key in key.map { (account, $0.bytes) } }
  }
}
