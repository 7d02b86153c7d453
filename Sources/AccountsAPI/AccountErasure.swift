package import Contract

/// Taking one's data away, and having all of it erased.
package enum ErasureEndpoints {
  package static let erase = Endpoint<Empty, EraseAccount, Empty>(
    "accounts.erase", .delete, "/v1/account", access: .viewer,
    summary: "Erase the account and everything about it, here and, by event, everywhere. There is no way back.")

  /// For the gateway, which composes the export of all services.
  package static let export = Endpoint<AccountPath, Empty, AccountExport>(
    "accounts.export", .get, "/internal/accounts/{account}/export", access: .service,
    summary: "All that accounts keeps of an account.")
}

package struct AccountPath: Codable, Sendable {
  package var account: AccountID

  package init(account: AccountID) {
    self.account = account
  }
}

package struct EraseAccount: Codable, Sendable {
  /// The account's, asked for again.
  package var password: String

  package init(password: String) {
    self.password = password
  }
}

package struct AccountExport: Codable, Sendable {
  package var account: Account
  package var profiles: [Profile]
  /// The devices that are signed in.
  package var loginSessions: [LoginSession]

  package init(account: Account, profiles: [Profile], loginSessions: [LoginSession]) {
    self.account = account
    self.profiles = profiles
    self.loginSessions = loginSessions
  }
}

/// Subject: the account's id. Whatever is kept of it and of its profiles is to be forgotten; the ids are what is left.
/// Each profile and each log-in session has had its own event before.
package struct AccountErased: EventBody {
  package static let type = "accounts.account.erased.v1"
  package var accountId: AccountID
  package var profileIds: [ProfileID]
  package var at: Timestamp

  package init(accountId: AccountID, profileIds: [ProfileID], at: Timestamp) {
    self.accountId = accountId
    self.profileIds = profileIds
    self.at = at
  }
}
