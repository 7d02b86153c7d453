import AccountsAPI
import Contract
import EventKit
import ServerKit
import StorageKit

/// Which plans there are, and changing to one.
struct PlanRoutes: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let plans: PlanCatalogue

  func add(to routes: inout Routes) {
    routes.on(PlanEndpoints.plans) { _ in Page(items: plans.offers, next: nil) }
    routes.on(PlanEndpoints.changePlan) { try await change($0) }
  }

  /// The count of profiles and the change are one write: a profile made at the same time comes before or after.
  private func change(_ call: Call<Empty, PlanChange>) async throws -> Account {
    let id = try call.request.account()
    let plan = call.body.plan
    let entitlements = plans.entitlements(of: plan)
    return try await database.write { db in
      guard var account = try AccountStore.account(id, in: db) else { throw AccountsError.signedOut }
      guard account.plan != plan else { return account }
      let profiles = try ProfileStore.count(of: id, in: db)
      guard profiles <= entitlements.profiles else {
        throw AccountsError.planTooSmall(plan, profiles: profiles, maximum: entitlements.profiles)
      }
      account.plan = plan
      try EntitlementStore.change(id, to: plan, in: db)
      try EntitlementStore.markTold(entitlements, to: id, in: db)
      try outbox.append(
        PlanChanged(accountId: id, plan: plan, entitlements: entitlements), subject: id.description, in: db,
        trace: call.request.context.trace)
      return account
    }
  }
}
