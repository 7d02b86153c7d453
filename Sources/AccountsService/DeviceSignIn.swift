import AccountsAPI
import Contract
import SecurityKit
import StorageKit

/// Signs a device in whose viewer has approved its code on another (RFC 8628).
struct DeviceSignIn: Sendable {
  let database: ServiceDatabase
  let sessions: LoginSessions
  /// Of codes asked for from one address.
  let asking: AttemptLimit
  /// Of wrong codes that somebody signed in enters.
  let guessing: AttemptLimit
  let pace: PollPace
  let settings: AccountsSettings
  let notice: NewDeviceNotice
  /// Where the page is.
  let publicURL: String
  let clock: WallClock

  private static let secretBytes = 32
  private static let deviceCodeMaximumBytes = 128
  private static let triesForFreeCode = 5

  init(database: ServiceDatabase, sessions: LoginSessions, outgoing: OutgoingMail, clock: WallClock) {
    notice = NewDeviceNotice(outgoing: outgoing)
    publicURL = outgoing.settings.publicURL
    self.database = database
    self.sessions = sessions
    self.clock = clock
    settings = sessions.settings
    asking = AttemptLimit(settings.deviceCodes, clock: clock)
    guessing = AttemptLimit(settings.guesses("user-codes", free: settings.wrongUserCodesMaximum), clock: clock)
    pace = PollPace(intervalSeconds: settings.deviceCodeIntervalSeconds, capacity: settings.deviceCodesMaximum * 2)
  }

  // MARK: - The device

  /// A new pair of codes. Throws ``AccountsError/tooManyAttempts(_:)``.
  func ask(_ device: Device, _ context: CallContext) async throws -> DeviceCode {
    try asking.spend(GuessLimits.site(context.clientAddress))
    let secret = Sodium.randomBytes(Self.secretBytes)
    let now = clock.now()
    let expires = now.adding(seconds: Double(settings.deviceCodeSeconds))
    let userCode = try await database.write { db in
      try DeviceCodeStore.prune(expiredBefore: now, limit: 10, in: db)
      guard try DeviceCodeStore.count(in: db) < settings.deviceCodesMaximum else {
        throw AccountsError.tooManyDevicesWait
      }
      for _ in 0..<Self.triesForFreeCode {
        let userCode = UserCode.random()
        if try DeviceCodeStore.insert(
          Sodium.sha256(secret), userCode, device: device, network: context.clientAddress?.network ?? "", now: now,
          expires: expires, in: db)
        {
          return userCode
        }
      }
      throw AccountsError.tooManyDevicesWait
    }
    return DeviceCode(
      deviceCode: Base64URL.encode(secret), userCode: userCode.shown, verificationUri: "\(publicURL)/#/device",
      verificationUriComplete: "\(publicURL)/#/device/\(userCode.shown)", expiresInSeconds: settings.deviceCodeSeconds,
      intervalSeconds: settings.deviceCodeIntervalSeconds)
  }

  struct Opened: Sendable {
    let account: Account
    let profiles: [Profile]
    let refresh: RefreshToken
  }

  /// The session that the code was approved for; the code is good for one. Throws what RFC 8628 section 3.5 names:
  /// ``AccountsError/authorizationPending``, ``AccountsError/slowDown(seconds:)``,
  /// ``AccountsError/deviceCodeExpired``, ``AccountsError/deviceRefused``.
  func exchange(_ deviceCode: String, _ context: CallContext) async throws -> Opened {
    guard deviceCode.utf8.count <= Self.deviceCodeMaximumBytes, let secret = Base64URL.decode(deviceCode),
      secret.count == Self.secretBytes
    else { throw AccountsError.deviceCodeExpired }
    let (hash, now) = (Sodium.sha256(secret), clock.now())
    guard let waiting = try database.read({ try DeviceCodeStore.find(hash: hash, in: $0) }), now < waiting.expiresAt
    else { throw AccountsError.deviceCodeExpired }
    switch waiting.decision {
    case nil:
      if let seconds = pace.tooSoon(hash, now: now) { throw AccountsError.slowDown(seconds: seconds) }
      throw AccountsError.authorizationPending
    case .deny: throw AccountsError.deviceRefused
    case .approve: return try await open(hash, now: now, context)
    }
  }

  private func open(_ hash: [UInt8], now: Timestamp, _ context: CallContext) async throws -> Opened {
    try await database.write { db in
      // Looked up again: of two that ask at once one gets the tokens.
      guard let approved = try DeviceCodeStore.find(hash: hash, in: db), approved.decision == .approve,
        let account = try approved.account.flatMap({ try AccountStore.account($0, in: db) })
      else { throw AccountsError.deviceCodeExpired }
      try DeviceCodeStore.delete(hash, in: db)
      try notice(approved.device, of: account, from: context.clientAddress, now: now, in: db)
      let refresh = try sessions.open(
        account.id, device: approved.device, from: context.clientAddress, now: now, trace: context.trace, in: db)
      return Opened(
        account: account, profiles: try ProfileStore.profiles(of: account.id, in: db), refresh: refresh)
    }
  }

  // MARK: - Its viewer

  /// The device that shows the code. Throws ``AccountsError/userCodeNotFound``, ``AccountsError/tooManyAttempts(_:)``,
  /// or a 422 ``Problem``.
  func waiting(_ typed: String, for account: AccountID, _ context: CallContext) async throws -> WaitingDevice {
    let waiting = try await find(try code(typed), for: account, context)
    return WaitingDevice(
      device: waiting.device, network: waiting.network.isEmpty ? nil : waiting.network, askedAt: waiting.createdAt,
      expiresAt: waiting.expiresAt)
  }

  /// Decides once; the same decision again changes nothing.
  func decide(
    _ typed: String, _ decision: DeviceDecision.Decision, by account: AccountID, _ context: CallContext
  ) async throws {
    let waiting = try await find(try code(typed), for: account, context)
    try await database.write { db in
      guard try AccountStore.account(account, in: db) != nil else { throw AccountsError.signedOut }
      try DeviceCodeStore.decide(waiting.hash, decision, by: account, in: db)
      let now = try DeviceCodeStore.find(hash: waiting.hash, in: db)
      guard now?.account == account else { throw AccountsError.userCodeNotFound }
      guard now?.decision == decision else { throw AccountsError.deviceDecided }
    }
  }

  private func code(_ typed: String) throws -> UserCode {
    do {
      return try UserCode(typed: typed)
    } catch {
      throw Problem.invalid(field: "userCode", error.message)
    }
  }

  /// One that expired, or that somebody else has decided about, is not there.
  private func find(_ code: UserCode, for account: AccountID, _ context: CallContext) async throws -> StoredDeviceCode {
    let now = clock.now()
    let found = try await guessing.attempt("account \(account)", before: context.deadline) {
      try await guessing.attempt("site \(GuessLimits.site(context.clientAddress))", before: context.deadline) {
        try database.read { try DeviceCodeStore.find(code, in: $0) }.flatMap { waiting in
          now < waiting.expiresAt && (waiting.account ?? account) == account ? waiting : nil
        }
      }
    }
    guard let found else { throw AccountsError.userCodeNotFound }
    return found
  }
}
