package import Contract
import SecurityKit

/// Where the keys of personal data in events are. Accounts answers it; the contract lives here because kits import no
/// service's API.
package enum EventKeyEndpoints {
  /// Accounts in one question.
  package static let accountsMaximum = EventLimits.batchCount

  package static let keys = Endpoint<Empty, EventKeysQuestion, EventKeysAnswer>(
    "accounts.eventKeys", .post, "/internal/event-keys", access: .service,
    summary: "The keys of what events tell about some accounts; none of one that is erased.")
}

package struct EventKeysQuestion: Codable, Sendable {
  /// At most ``EventKeyEndpoints/accountsMaximum``.
  package var accounts: [AccountID]

  package init(accounts: [AccountID]) {
    self.accounts = accounts
  }
}

package struct EventKeysAnswer: Codable, Sendable {
  package struct Item: Codable, Sendable {
    package var account: AccountID
    /// Base64url.
    package var key: String
  }

  /// Without those of whom there is no such account, or no more.
  package var items: [Item]

  package init(_ keys: [(account: AccountID, key: [UInt8])]) {
    items = keys.map { Item(account: $0.account, key: Base64URL.encode($0.key)) }
  }
}
