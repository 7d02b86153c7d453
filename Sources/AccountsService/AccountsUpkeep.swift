import Contract
import Logging
import ServerKit
import ServiceLifecycle
import StorageKit

/// Deletes what has expired, a little at a time: log-in sessions, idempotency keys, links, changes of address, device
/// codes, signing keys.
struct AccountsUpkeep: Service {
  static let interval = Duration.seconds(600)
  /// Rows per write: more would hold up the writes that wait behind it.
  static let chunk = 500

  let database: ServiceDatabase
  let idempotency: IdempotencyStore
  let signingKeys: SigningKeys
  let clock: WallClock
  var logger = Logger(label: "accounts")

  func run() async throws {
    await keepUp(every: { Self.interval }, failing: "expired rows could not be deleted", logger: logger) {
      try await sweep()
      try await signingKeys.retire()
    }
  }

  /// Until nothing expired is left.
  func sweep() async throws {
    let now = clock.now()
    var deleted: Int
    repeat {
      deleted = try await database.write { db in
        try LoginSessionStore.prune(expiredBefore: now, limit: Self.chunk, in: db)
          + DeviceCodeStore.prune(expiredBefore: now, limit: Self.chunk, in: db)
          + idempotency.prune(limit: Self.chunk, in: db)
          + LinkStore.prune(expiredBefore: now, limit: Self.chunk, in: db)
          + AddressStore.prune(expiredBefore: now, limit: Self.chunk, in: db)
      }
    } while deleted >= Self.chunk
  }
}
