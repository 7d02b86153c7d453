package import Contract

/// Subject: the account's id.
package struct AccountCreated: EventBody {
  package static let type = "accounts.account.created.v1"
  package var accountId: AccountID
  package var plan: Plan
  package var country: String

  package init(accountId: AccountID, plan: Plan, country: String) {
    self.accountId = accountId
    self.plan = plan
    self.country = country
  }
}

/// Subject: the profile's id. Sent when a profile is made and whenever it changes.
package struct ProfileChanged: EventBody {
  package static let type = "accounts.profile.changed.v1"
  package var profileId: ProfileID
  package var accountId: AccountID
  package var maturityLimit: MaturityRating
  package var kids: Bool
  package var language: String

  package init(
    profileId: ProfileID, accountId: AccountID, maturityLimit: MaturityRating, kids: Bool, language: String
  ) {
    self.profileId = profileId
    self.accountId = accountId
    self.maturityLimit = maturityLimit
    self.kids = kids
    self.language = language
  }
}

/// Subject: the profile's id. Its history goes everywhere.
package struct ProfileDeleted: EventBody {
  package static let type = "accounts.profile.deleted.v1"
  package var profileId: ProfileID
  package var accountId: AccountID

  package init(profileId: ProfileID, accountId: AccountID) {
    self.profileId = profileId
    self.accountId = accountId
  }
}

/// Subject: the account's id. Its access tokens are worth nothing from here on.
package struct LoginSessionEnded: EventBody {
  package static let type = "accounts.login-session.ended.v1"
  package enum Reason: String, Codable, Sendable { case refreshTokenReused, signedOut, displaced }
  package var loginSessionId: LoginSessionID
  package var accountId: AccountID
  package var reason: Reason

  package init(loginSessionId: LoginSessionID, accountId: AccountID, reason: Reason) {
    self.loginSessionId = loginSessionId
    self.accountId = accountId
    self.reason = reason
  }
}
