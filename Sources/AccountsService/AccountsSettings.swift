import ConfigKit

/// What an operator may set, each once: default, unit, bounds.
struct AccountsSettings: Sendable {
  /// Life of an access token.
  let accessTokenSeconds: Int
  /// A log-in session that is not refreshed for so long ends.
  let loginSessionIdleDays: Int
  /// A log-in session ends after so long, however much it is used.
  let loginSessionMaximumDays: Int
  /// A rotated refresh token that comes again within this time is taken for a repeat, not for theft.
  let refreshGraceSeconds: Int
  /// Log-in sessions an account may have; one more displaces the one unused for longest.
  let loginSessionsMaximum: Int
  /// A JSON file of plans in place of the one that comes with the program; empty for that.
  let plansFile: String
  /// Argon2's memory for one hash.
  let passwordMemoryKiB: Int
  /// Argon2's passes over that memory.
  let passwordPasses: Int
  /// Threads that hash passwords and do nothing else.
  let passwordThreads: Int
  /// Passwords that may wait for a thread; the next is refused.
  let passwordQueueMaximum: Int
  /// Wrong passwords that may be tried at an account without waiting; from networks it is used from, as many again.
  let wrongPasswordsPerAccount: Int
  /// Wrong passwords that may be tried from an address, IPv6 by its /64, without waiting.
  let wrongPasswordsPerAddress: Int
  /// Wrong passwords that may be tried over all, from networks unknown to their accounts, without waiting.
  let wrongPasswordsOverall: Int
  /// The first wait; from then on it doubles.
  let wrongPasswordDelaySeconds: Int
  let wrongPasswordDelayMaximumSeconds: Int
  /// After which time one more wrong password is forgiven.
  let wrongPasswordForgivenSeconds: Int
  /// The same for the overall limit.
  let wrongPasswordOverallForgivenSeconds: Int
  /// How long an account knows a network that it was used from.
  let knownNetworkDays: Int
  /// Accounts that may be opened from an address without waiting.
  let signUpsPerAddress: Int
  /// After which time one more is allowed.
  let signUpForgivenSeconds: Int
  /// How long a device may wait to be signed in.
  let deviceCodeSeconds: Int
  /// How long it waits between two questions.
  let deviceCodeIntervalSeconds: Int
  /// Devices that may wait at once.
  let deviceCodesMaximum: Int
  /// Devices that may ask for codes from an address without waiting.
  let deviceCodesPerAddress: Int
  /// Wrong codes somebody signed in may enter without waiting.
  let wrongUserCodesMaximum: Int
  /// How long a new signing key is published before it signs.
  let keyAnnounceSeconds: Int
  /// A JSON file naming the first operator's account; empty for none.
  let operatorFile: String

  init(_ reader: SettingsReader) throws {
    accessTokenSeconds = try reader.integer("ACCOUNTS_ACCESS_TOKEN_SECONDS", default: 300, in: 30...3600)
    loginSessionIdleDays = try reader.integer("ACCOUNTS_LOGIN_SESSION_IDLE_DAYS", default: 60, in: 1...365)
    loginSessionMaximumDays = try reader.integer("ACCOUNTS_LOGIN_SESSION_MAXIMUM_DAYS", default: 365, in: 1...730)
    refreshGraceSeconds = try reader.integer("ACCOUNTS_REFRESH_GRACE_SECONDS", default: 10, in: 0...60)
    loginSessionsMaximum = try reader.integer("ACCOUNTS_LOGIN_SESSIONS_MAXIMUM", default: 50, in: 1...1000)
    plansFile = try reader.text("ACCOUNTS_PLANS_FILE", default: "")
    passwordMemoryKiB = try reader.integer("ACCOUNTS_PASSWORD_MEMORY_KIB", default: 19 * 1024, in: 8...1_048_576)
    passwordPasses = try reader.integer("ACCOUNTS_PASSWORD_PASSES", default: 2, in: 1...20)
    passwordThreads = try reader.integer("ACCOUNTS_PASSWORD_THREADS", default: 2, in: 1...64)
    passwordQueueMaximum = try reader.integer("ACCOUNTS_PASSWORD_QUEUE_MAXIMUM", default: 32, in: 1...10_000)
    let tries = 1...1_000_000
    wrongPasswordsPerAccount = try reader.integer("ACCOUNTS_WRONG_PASSWORDS_PER_ACCOUNT", default: 10, in: tries)
    wrongPasswordsPerAddress = try reader.integer("ACCOUNTS_WRONG_PASSWORDS_PER_ADDRESS", default: 10, in: tries)
    wrongPasswordsOverall = try reader.integer("ACCOUNTS_WRONG_PASSWORDS_OVERALL", default: 15, in: tries)
    wrongPasswordDelaySeconds = try reader.integer("ACCOUNTS_WRONG_PASSWORD_DELAY_SECONDS", default: 15, in: 1...3600)
    wrongPasswordDelayMaximumSeconds = try reader.integer(
      "ACCOUNTS_WRONG_PASSWORD_DELAY_MAXIMUM_SECONDS", default: 900, in: 1...86_400)
    wrongPasswordForgivenSeconds = try reader.integer(
      "ACCOUNTS_WRONG_PASSWORD_FORGIVEN_SECONDS", default: 300, in: 1...86_400)
    wrongPasswordOverallForgivenSeconds = try reader.integer(
      "ACCOUNTS_WRONG_PASSWORD_OVERALL_FORGIVEN_SECONDS", default: 10, in: 1...3600)
    knownNetworkDays = try reader.integer("ACCOUNTS_KNOWN_NETWORK_DAYS", default: 90, in: 0...730)
    signUpsPerAddress = try reader.integer("ACCOUNTS_SIGN_UPS_PER_ADDRESS", default: 20, in: tries)
    signUpForgivenSeconds = try reader.integer("ACCOUNTS_SIGN_UP_FORGIVEN_SECONDS", default: 300, in: 1...86_400)
    deviceCodeSeconds = try reader.integer("ACCOUNTS_DEVICE_CODE_SECONDS", default: 600, in: 10...3600)
    deviceCodeIntervalSeconds = try reader.integer("ACCOUNTS_DEVICE_CODE_INTERVAL_SECONDS", default: 5, in: 1...60)
    deviceCodesMaximum = try reader.integer("ACCOUNTS_DEVICE_CODES_MAXIMUM", default: 10_000, in: tries)
    deviceCodesPerAddress = try reader.integer("ACCOUNTS_DEVICE_CODES_PER_ADDRESS", default: 20, in: tries)
    wrongUserCodesMaximum = try reader.integer("ACCOUNTS_WRONG_USER_CODES_MAXIMUM", default: 5, in: tries)
    keyAnnounceSeconds = try reader.integer("ACCOUNTS_KEY_ANNOUNCE_SECONDS", default: 300, in: 0...86_400)
    operatorFile = try reader.text("ACCOUNTS_OPERATOR_FILE", default: "")
  }

  /// Of guesses at a secret, with this service's waits: passwords, PINs, codes.
  func guesses(_ name: String, free: Int) -> AttemptLimit.Policy {
    AttemptLimit.Policy(
      name: name, free: free, firstDelaySeconds: Double(wrongPasswordDelaySeconds),
      longestDelaySeconds: Double(wrongPasswordDelayMaximumSeconds),
      forgivenSeconds: Double(wrongPasswordForgivenSeconds))
  }

  /// Of devices that ask for codes from one address.
  var deviceCodes: AttemptLimit.Policy {
    AttemptLimit.Policy(
      name: "device-codes-from-address", free: deviceCodesPerAddress, firstDelaySeconds: 30, longestDelaySeconds: 300,
      forgivenSeconds: 60)
  }

  /// Of sign-ups from one address.
  var signUps: AttemptLimit.Policy {
    AttemptLimit.Policy(
      name: "sign-ups-from-address", free: signUpsPerAddress, firstDelaySeconds: Double(signUpForgivenSeconds),
      longestDelaySeconds: Double(signUpForgivenSeconds) * 12, forgivenSeconds: Double(signUpForgivenSeconds))
  }
}
