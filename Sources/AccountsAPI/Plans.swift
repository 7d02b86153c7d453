package import Contract

package enum PlanEndpoints {
  package static let plans = Endpoint<Empty, Empty, Page<PlanOffer>>(
    "accounts.plans", .get, "/v1/plans", access: .open, summary: "The plans that can be had, the smallest first.")

  package static let changePlan = Endpoint<Empty, PlanChange, Account>(
    "accounts.changePlan", .put, "/v1/account/plan", access: .viewer,
    summary: "Change the account's plan; what plays beyond the new one stops at once.")
}

package enum Plan: String, Codable, Sendable, CaseIterable {
  case basic, standard, premium
}

/// What a plan gives.
package struct Entitlements: Codable, Sendable, Hashable {
  /// Streams at once.
  package var streams: Int
  /// Pixels of a picture's shorter side; sharper renditions are not delivered.
  package var maxHeight: Int
  package var profiles: Int
  package var downloads: Bool

  package init(streams: Int, maxHeight: Int, profiles: Int, downloads: Bool) {
    self.streams = streams
    self.maxHeight = maxHeight
    self.profiles = profiles
    self.downloads = downloads
  }
}

/// A plan with what it gives and what it costs a month.
package struct PlanOffer: Codable, Sendable, Hashable {
  package var plan: Plan
  package var streams: Int
  package var maxHeight: Int
  package var profiles: Int
  package var downloads: Bool
  /// In the currency's smallest unit.
  package var priceMinorUnits: Int
  /// ISO 4217.
  package var currency: String

  package init(plan: Plan, _ entitlements: Entitlements, priceMinorUnits: Int, currency: String) {
    self.plan = plan
    streams = entitlements.streams
    maxHeight = entitlements.maxHeight
    profiles = entitlements.profiles
    downloads = entitlements.downloads
    self.priceMinorUnits = priceMinorUnits
    self.currency = currency
  }

  package var entitlements: Entitlements {
    Entitlements(streams: streams, maxHeight: maxHeight, profiles: profiles, downloads: downloads)
  }
}

package struct PlanChange: Codable, Sendable {
  package var plan: Plan

  package init(plan: Plan) {
    self.plan = plan
  }
}

/// Subject: the account's id. Sent when an account changes its plan, and when what its plan gives was changed.
package struct PlanChanged: EventBody {
  package static let type = "accounts.plan.changed.v1"
  package var accountId: AccountID
  package var plan: Plan
  package var entitlements: Entitlements

  package init(accountId: AccountID, plan: Plan, entitlements: Entitlements) {
    self.accountId = accountId
    self.plan = plan
    self.entitlements = entitlements
  }
}
