import AccountsAPI
import Contract
import EventKit
import Logging
import ServiceLifecycle
import StorageKit

/// Tells others once, after a start, what plans give now, for the accounts of which they know otherwise: the file of
/// plans was changed, or the version before did not tell.
struct TellEntitlements: Service {
  /// Accounts per write: more would hold up the writes that wait behind it.
  static let chunk = 500
  static let retryInterval = Duration.seconds(5)

  let database: ServiceDatabase
  let outbox: Outbox
  let plans: PlanCatalogue
  var logger = Logger(label: "accounts")

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await tell()
          // A service that returns is done; this one has nothing more to do until the next start.
          return
        } catch {
          logger.warning("changed plans could not be told; tried again", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: Self.retryInterval)
      }
    }
  }

  /// Until every account's entitlements are told; answers of how many.
  @discardableResult
  func tell() async throws -> Int {
    var count = 0
    for offer in plans.offers {
      var told: Int
      repeat {
        told = try await database.write { db in
          let accounts = try EntitlementStore.untold(offer.entitlements, of: offer.plan, limit: Self.chunk, in: db)
          for account in accounts {
            try EntitlementStore.markTold(offer.entitlements, to: account, in: db)
            try outbox.append(
              PlanChanged(accountId: account, plan: offer.plan, entitlements: offer.entitlements),
              subject: account.description, in: db)
          }
          return accounts.count
        }
        count += told
      } while told >= Self.chunk
    }
    if count > 0 { logger.notice("what plans give was told", metadata: ["accounts": "\(count)"]) }
    return count
  }
}
