package import Contract

/// What accounts answers. Paths under `/v1` are the public API, forwarded by the gateway as they stand.
package enum AccountsEndpoints {
  package static let signUp = Endpoint<Empty, SignUp, SignedUp>(
    "accounts.signUp", .post, "/v1/accounts", access: .open, status: 201, summary: "Open an account and sign in.")

  package static let logIn = Endpoint<Empty, LogIn, LoggedIn>(
    "accounts.logIn", .post, "/v1/sessions", access: .open, status: 201,
    summary: "Log in with e-mail address and password.")

  package static let refresh = Endpoint<Empty, Refresh, Refreshed>(
    "accounts.refresh", .post, "/v1/sessions/refresh", access: .open,
    summary: "Exchange a refresh token for new tokens; using one twice ends the log-in session.")

  package static let loginSessions = Endpoint<Empty, Empty, Page<LoginSession>>(
    "accounts.loginSessions", .get, "/v1/sessions", access: .viewer,
    summary: "The devices that are signed in, the one used last first.")

  package static let logOut = Endpoint<LoginSessionPath, Empty, Empty>(
    "accounts.logOut", .delete, "/v1/sessions/{session}", access: .viewer,
    summary: "Sign a device out, this one or another.")

  package static let logOutOthers = Endpoint<Empty, Empty, Empty>(
    "accounts.logOutOthers", .delete, "/v1/sessions", access: .viewer, summary: "Sign all other devices out.")

  package static let account = Endpoint<Empty, Empty, Account>(
    "accounts.account", .get, "/v1/account", access: .viewer, summary: "The signed-in account.")

  package static let profiles = Endpoint<Empty, Empty, Page<Profile>>(
    "accounts.profiles", .get, "/v1/profiles", access: .viewer, summary: "The account's profiles.")

  package static let createProfile = Endpoint<Empty, NewProfile, Profile>(
    "accounts.createProfile", .post, "/v1/profiles", access: .viewer, status: 201, summary: "Add a profile.")

  package static let profile = Endpoint<ProfilePath, Empty, Profile>(
    "accounts.profile", .get, "/v1/profiles/{profile}", access: .viewer, summary: "One profile.")

  package static let updateProfile = Endpoint<ProfilePath, ProfileChange, Profile>(
    "accounts.updateProfile", .patch, "/v1/profiles/{profile}", access: .viewer, summary: "Change a profile.")

  package static let deleteProfile = Endpoint<ProfilePath, Empty, Empty>(
    "accounts.deleteProfile", .delete, "/v1/profiles/{profile}", access: .viewer,
    summary: "Delete a profile and, by event, its history everywhere.")

  package static let jwks = Endpoint<Empty, Empty, JSONWebKeySet>(
    "accounts.jwks", .get, "/.well-known/jwks.json", access: .open,
    summary: "The public keys that verify access tokens (RFC 7517).")

  /// For the command line of the machine: there is no way to become an operator through the public API.
  package static let createOperator = Endpoint<Empty, NewOperator, Account>(
    "accounts.createOperator", .post, "/internal/operators", access: .service, status: 201,
    summary: "Make an operator's account.")

  /// For the gateway: whose profile this is and what it may see.
  package static let profileOwner = Endpoint<ProfilePath, Empty, Profile>(
    "accounts.profileOwner", .get, "/internal/profiles/{profile}", access: .service,
    summary: "A profile with its account, whoever asks.")
}

package struct ProfilePath: Codable, Sendable {
  package var profile: ProfileID

  package init(profile: ProfileID) {
    self.profile = profile
  }
}

package struct LoginSessionPath: Codable, Sendable {
  package var session: LoginSessionID

  package init(session: LoginSessionID) {
    self.session = session
  }
}
