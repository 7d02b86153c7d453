package import Contract

package enum ProfileLockEndpoints {
  package static let setPIN = Endpoint<ProfilePath, SetPIN, Empty>(
    "accounts.setPIN", .put, "/v1/profiles/{profile}/pin", access: .viewer,
    summary: "Lock a profile with a PIN, or change it; other devices have to unlock the profile anew.")

  package static let removePIN = Endpoint<ProfilePath, RemovePIN, Empty>(
    "accounts.removePIN", .delete, "/v1/profiles/{profile}/pin", access: .viewer,
    summary: "Take a profile's PIN away.")

  package static let unlock = Endpoint<ProfilePath, Unlock, Empty>(
    "accounts.unlock", .post, "/v1/profiles/{profile}/unlock", access: .viewer,
    summary: "Unlock a profile for this log-in session.")

  /// For the gateway: whether a log-in session may use a profile.
  package static let lockState = Endpoint<LockPath, Empty, LockState>(
    "accounts.lockState", .get, "/internal/profiles/{profile}/locks/{session}", access: .service,
    summary: "Whether a log-in session has unlocked a profile.")
}

package struct LockPath: Codable, Sendable {
  package var profile: ProfileID
  package var session: LoginSessionID

  package init(profile: ProfileID, session: LoginSessionID) {
    self.profile = profile
    self.session = session
  }
}

package struct SetPIN: Codable, Sendable {
  /// 4 to 8 digits.
  package var pin: String
  /// The account's.
  package var password: String

  package init(pin: String, password: String) {
    self.pin = pin
    self.password = password
  }
}

package struct RemovePIN: Codable, Sendable {
  /// The account's.
  package var password: String

  package init(password: String) {
    self.password = password
  }
}

package struct Unlock: Codable, Sendable {
  package var pin: String

  package init(pin: String) {
    self.pin = pin
  }
}

package struct LockState: Codable, Sendable {
  /// True where the profile has no PIN, too.
  package var isUnlocked: Bool
  /// See ``Profile/pinVersion``.
  package var pinVersion: Int

  package init(isUnlocked: Bool, pinVersion: Int) {
    self.isUnlocked = isUnlocked
    self.pinVersion = pinVersion
  }
}

/// Subject: the profile's id. A PIN was set or changed: what any log-in session but one had unlocked is locked.
package struct ProfileLocked: EventBody {
  package static let type = "accounts.profile.locked.v1"
  package var profileId: ProfileID
  package var accountId: AccountID
  /// The one that set the PIN, and goes on.
  package var loginSessionId: LoginSessionID

  package init(profileId: ProfileID, accountId: AccountID, loginSessionId: LoginSessionID) {
    self.profileId = profileId
    self.accountId = accountId
    self.loginSessionId = loginSessionId
  }
}

extension Problem {
  /// The profile has a PIN, and this log-in session has not entered it.
  package static let profileLocked = Problem(
    "profile-locked", status: 403, title: "The profile is locked",
    detail: "The profile has a PIN: unlock it with POST /v1/profiles/{profile}/unlock.")
}

/// The pictures that a profile may have; the page serves each as `/avatars/<name>.svg`.
package enum Avatar: String, Codable, Sendable, CaseIterable {
  case fox, owl, whale, cactus, comet, robot, lantern, balloon, teacup, cloud, snail, kite
}
