package import Contract

/// Signing a television in with a short code that its viewer enters on a device already signed in (RFC 8628).
package enum DeviceCodeEndpoints {
  package static let ask = Endpoint<Empty, DeviceCodeRequest, DeviceCode>(
    "accounts.askDeviceCode", .post, "/v1/device-codes", access: .open,
    summary: "For a device without a keyboard: a code to show, and one to ask for tokens with.")

  package static let exchange = Endpoint<Empty, DeviceTokenRequest, LoggedIn>(
    "accounts.exchangeDeviceCode", .post, "/v1/device-codes/token", access: .open,
    summary: "Tokens, once the code that is shown has been approved; until then a problem that says why not.")

  package static let waiting = Endpoint<UserCodePath, Empty, WaitingDevice>(
    "accounts.waitingDevice", .get, "/v1/device-codes/{userCode}", access: .viewer,
    summary: "The device that shows this code.")

  package static let decide = Endpoint<UserCodePath, DeviceDecision, Empty>(
    "accounts.decideDeviceCode", .post, "/v1/device-codes/{userCode}/approval", access: .viewer,
    summary: "Sign the device that shows this code in to one's own account, or turn it away.")
}

package struct UserCodePath: Codable, Sendable {
  /// As it is shown, in any case, with or without the hyphen.
  package var userCode: String

  package init(userCode: String) {
    self.userCode = userCode
  }
}

package struct DeviceCodeRequest: Codable, Sendable {
  package var device: Device

  package init(device: Device) {
    self.device = device
  }
}

package struct DeviceCode: Codable, Sendable {
  /// What the device asks for tokens with, and shows nobody.
  package var deviceCode: String
  /// What the device shows: `BCDF-GHJK`.
  package var userCode: String
  /// Where the viewer enters it.
  package var verificationUri: String
  /// The same with the code in it, for a QR code.
  package var verificationUriComplete: String
  package var expiresInSeconds: Int
  /// How long to wait between two questions for tokens.
  package var intervalSeconds: Int

  package init(
    deviceCode: String, userCode: String, verificationUri: String, verificationUriComplete: String,
    expiresInSeconds: Int, intervalSeconds: Int
  ) {
    self.deviceCode = deviceCode
    self.userCode = userCode
    self.verificationUri = verificationUri
    self.verificationUriComplete = verificationUriComplete
    self.expiresInSeconds = expiresInSeconds
    self.intervalSeconds = intervalSeconds
  }
}

package struct DeviceTokenRequest: Codable, Sendable {
  package var deviceCode: String

  package init(deviceCode: String) {
    self.deviceCode = deviceCode
  }
}

/// What a viewer should recognise before letting it in.
package struct WaitingDevice: Codable, Sendable, Hashable {
  package var device: Device
  /// Where it asked from, coarsely; one that is not in the viewer's own network deserves a second look.
  package var network: String?
  package var askedAt: Timestamp
  package var expiresAt: Timestamp

  package init(device: Device, network: String?, askedAt: Timestamp, expiresAt: Timestamp) {
    self.device = device
    self.network = network
    self.askedAt = askedAt
    self.expiresAt = expiresAt
  }
}

package struct DeviceDecision: Codable, Sendable {
  package enum Decision: String, Codable, Sendable, CaseIterable { case approve, deny }

  package var decision: Decision

  package init(decision: Decision) {
    self.decision = decision
  }
}
