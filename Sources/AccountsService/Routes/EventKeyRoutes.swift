import Contract
import EventKit
import SecurityKit
import ServerKit
import StorageKit

/// Gives other services the key of an account's events.
struct EventKeyRoutes: Sendable {
  let database: ServiceDatabase

  func add(to routes: inout Routes) {
    routes.answer(EventKeyEndpoints.key) { call in
      let key = try await key(of: call.parameters.account)
      return try .uncached(EventKeyAnswer(key: key.map { Base64URL.encode($0.bytes) }), status: 200)
    }
  }

  private func key(of account: AccountID) async throws -> SealingKey? {
    if let known = try database.read({ try EventKeyStore.key(of: account, in: $0) }) { return known }
    // An account of a version that had no keys; of one that is no more nothing is made.
    return try await database.write { try EventKeyStore.keyOrNew(of: account, in: $0) }
  }
}
