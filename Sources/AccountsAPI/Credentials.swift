package import Contract

/// Address and password: how each is proved, changed and recovered. Paths under `/v1` are public.
package enum CredentialEndpoints {
  package static let requestVerification = Endpoint<Empty, Empty, Empty>(
    "accounts.requestVerification", .post, "/v1/email-verifications", access: .viewer, status: 202,
    summary: "Send the link that verifies the account's e-mail address once more.")

  package static let confirmAddress = Endpoint<Empty, LinkConfirmation, AddressConfirmed>(
    "accounts.confirmAddress", .post, "/v1/email-verifications/confirmation", access: .open,
    summary: "Use a link that verifies or changes an e-mail address.")

  package static let requestPasswordReset = Endpoint<Empty, PasswordResetRequest, Empty>(
    "accounts.requestPasswordReset", .post, "/v1/password-resets", access: .open, status: 202,
    summary: "Send a link that sets a new password, if the address has an account; the answer does not say.")

  package static let resetPassword = Endpoint<Empty, PasswordReset, Empty>(
    "accounts.resetPassword", .post, "/v1/password-resets/confirmation", access: .open,
    summary: "Use the link: set a new password and sign all devices out.")

  package static let changePassword = Endpoint<Empty, PasswordChange, Empty>(
    "accounts.changePassword", .put, "/v1/account/password", access: .viewer,
    summary: "Set a new password and sign all other devices out.")

  package static let updateAccount = Endpoint<Empty, AccountChange, Account>(
    "accounts.updateAccount", .patch, "/v1/account", access: .viewer,
    summary: "Change name or country, or ask for another e-mail address.")
}

/// The secret of a link in a mail.
package struct LinkConfirmation: Codable, Sendable {
  package var token: String

  package init(token: String) {
    self.token = token
  }
}

/// What has come of a link.
package struct AddressConfirmed: Codable, Sendable, Hashable {
  package enum State: String, Codable, Sendable, CaseIterable {
    /// The account's address is its owner's.
    case verified
    /// The account has the new address.
    case changed
    /// Nothing changes before the link that was sent to the other address is used too.
    case waitingForOtherAddress
  }

  package var state: State

  package init(state: State) {
    self.state = state
  }
}

package struct PasswordResetRequest: Codable, Sendable {
  package var email: String

  package init(email: String) {
    self.email = email
  }
}

package struct PasswordReset: Codable, Sendable {
  /// From the link.
  package var token: String
  package var newPassword: String

  package init(token: String, newPassword: String) {
    self.token = token
    self.newPassword = newPassword
  }
}

package struct PasswordChange: Codable, Sendable {
  package var currentPassword: String
  package var newPassword: String

  package init(currentPassword: String, newPassword: String) {
    self.currentPassword = currentPassword
    self.newPassword = newPassword
  }
}

/// Fields that are absent stay as they are.
package struct AccountChange: Codable, Sendable {
  package var displayName: String?
  package var country: String?
  /// Takes effect when the links sent to it, and to the present address if that is verified, have been used.
  package var email: String?
  /// Asked for with `email` alone.
  package var currentPassword: String?

  package init(
    displayName: String? = nil, country: String? = nil, email: String? = nil, currentPassword: String? = nil
  ) {
    self.displayName = displayName
    self.country = country
    self.email = email
    self.currentPassword = currentPassword
  }
}
