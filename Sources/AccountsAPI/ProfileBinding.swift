package import Contract

package enum ProfileBindingEndpoints {
  package static let bindProfile = Endpoint<Empty, BindProfile, BoundProfile>(
    "accounts.bindProfile", .put, "/v1/sessions/current/profile", access: .viewer,
    summary: "Say which profile uses this log-in session; bound to a kids' profile it shows nothing else.")
}

package struct BindProfile: Codable, Sendable {
  /// Absent for none.
  package var profileId: ProfileID?
  /// Of the profile one goes to, where it is locked or a kids' profile is left.
  package var pin: String?
  /// The account's, in place of the PIN.
  package var password: String?

  package init(profileId: ProfileID?, pin: String? = nil, password: String? = nil) {
    self.profileId = profileId
    self.pin = pin
    self.password = password
  }
}

/// A new access token: the one before knows nothing of the profile, and does no more than it from now on.
package struct BoundProfile: Codable, Sendable {
  package var profile: Profile?
  package var accessToken: String
  package var expiresInSeconds: Int

  package init(profile: Profile?, accessToken: String, expiresInSeconds: Int) {
    self.profile = profile
    self.accessToken = accessToken
    self.expiresInSeconds = expiresInSeconds
  }
}

/// Subject: the account's id. Access tokens of the session that were made for an earlier version are taken as if they
/// had been made for this one.
package struct LoginSessionBound: EventBody {
  package static let type = "accounts.login-session.bound.v1"
  package var loginSessionId: LoginSessionID
  package var accountId: AccountID
  /// Absent where the session is no profile's any more.
  package var profileId: ProfileID?
  /// Whether the session sees that profile alone.
  package var kids: Bool
  /// Grows with each of these events of a session.
  package var version: Int

  package init(
    loginSessionId: LoginSessionID, accountId: AccountID, profileId: ProfileID?, kids: Bool, version: Int
  ) {
    self.loginSessionId = loginSessionId
    self.accountId = accountId
    self.profileId = profileId
    self.kids = kids
    self.version = version
  }
}

extension Problem {
  /// The log-in session is a kids' profile's.
  package static let kidsProfile = Problem(
    "kids-profile", status: 403, title: "Not for kids",
    detail:
      "This device is used by a kids' profile. Leaving it takes the account's password, or the PIN of the profile "
      + "one goes to: PUT /v1/sessions/current/profile.")
}
