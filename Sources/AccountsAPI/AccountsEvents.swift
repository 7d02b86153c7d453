package import Contract

/// Subject: the account's id.
package struct AccountCreated: PersonalEventBody {
  package static let type = "accounts.account.created.v1"
  package var accountId: AccountID
  package var plan: Plan
  package var country: String?
  /// What the plan gives; absent in events of versions that did not tell.
  package var entitlements: Entitlements?

  package init(accountId: AccountID, plan: Plan, country: String?, entitlements: Entitlements? = nil) {
    self.accountId = accountId
    self.plan = plan
    self.country = country
    self.entitlements = entitlements
  }

  package func withoutPersonalData() -> AccountCreated {
    var body = self
    body.country = nil
    return body
  }
}

/// Subject: the account's id. What changed is its country.
package struct AccountChanged: PersonalEventBody {
  package static let type = "accounts.account.changed.v1"
  package var accountId: AccountID
  package var country: String?

  package init(accountId: AccountID, country: String?) {
    self.accountId = accountId
    self.country = country
  }

  package func withoutPersonalData() -> AccountChanged {
    var body = self
    body.country = nil
    return body
  }
}

/// Subject: the profile's id. Sent when a profile is made and whenever it changes.
package struct ProfileChanged: PersonalEventBody {
  package static let type = "accounts.profile.changed.v1"
  package var profileId: ProfileID
  package var accountId: AccountID
  package var maturityLimit: MaturityRating
  package var kids: Bool
  package var language: String?
  /// These two are absent in events of versions that had no PINs.
  package var hasPin: Bool?
  /// What log-in sessions unlocked under another version is locked again.
  package var pinVersion: Int?

  package init(
    profileId: ProfileID, accountId: AccountID, maturityLimit: MaturityRating, kids: Bool, language: String?,
    hasPin: Bool? = nil, pinVersion: Int? = nil
  ) {
    self.profileId = profileId
    self.accountId = accountId
    self.maturityLimit = maturityLimit
    self.kids = kids
    self.language = language
    self.hasPin = hasPin
    self.pinVersion = pinVersion
  }

  package func withoutPersonalData() -> ProfileChanged {
    var body = self
    body.language = nil
    return body
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
  package enum Reason: String, Codable, Sendable, CaseIterable {
    case refreshTokenReused
    case signedOut
    /// The account signed in on more devices than it may.
    case displaced
  }

  package var loginSessionId: LoginSessionID
  package var accountId: AccountID
  package var reason: Reason

  package init(loginSessionId: LoginSessionID, accountId: AccountID, reason: Reason) {
    self.loginSessionId = loginSessionId
    self.accountId = accountId
    self.reason = reason
  }
}

/// One line of the snapshot of accounts, for views that start after the events' retention: exactly one member is
/// there. What an event of that type would have said last.
package struct AccountsSnapshotLine: Codable, Sendable {
  package var account: AccountCreated?
  package var profile: ProfileChanged?
  /// One whose access tokens may not have expired yet.
  package var endedLoginSession: LoginSessionEnded?
  /// One that has access tokens from before it was bound which may not have expired yet.
  package var boundLoginSession: LoginSessionBound?
  package var erasedAccount: AccountErased?

  package init(
    account: AccountCreated? = nil, profile: ProfileChanged? = nil, endedLoginSession: LoginSessionEnded? = nil,
    boundLoginSession: LoginSessionBound? = nil, erasedAccount: AccountErased? = nil
  ) {
    self.erasedAccount = erasedAccount
    self.account = account
    self.profile = profile
    self.endedLoginSession = endedLoginSession
    self.boundLoginSession = boundLoginSession
  }
}
