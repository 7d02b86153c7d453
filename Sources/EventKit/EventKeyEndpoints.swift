package import Contract

/// Where the keys of personal data in events are. Accounts answers it; the contract lives here because kits import no
/// service's API.
package enum EventKeyEndpoints {
  package static let key = Endpoint<EventKeyPath, Empty, EventKeyAnswer>(
    "accounts.eventKey", .get, "/internal/accounts/{account}/event-key", access: .service,
    summary: "The key of what events tell about an account; none once it is erased.")
}

package struct EventKeyPath: Codable, Sendable {
  package var account: AccountID

  package init(account: AccountID) {
    self.account = account
  }
}

package struct EventKeyAnswer: Codable, Sendable {
  /// Base64url; absent where there is no such account, or no more.
  package var key: String?

  package init(key: String?) {
    self.key = key
  }
}
