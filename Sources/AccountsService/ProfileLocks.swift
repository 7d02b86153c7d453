import AccountsAPI
import Contract
import EventKit
import SecurityKit
import ServerKit
import StorageKit

/// Profiles that are kept by a PIN. What is unlocked belongs to a log-in session and a profile, and ends with the PIN.
struct ProfileLocks: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let hashing: PasswordHashing
  let confirm: ConfirmPassword
  let clock: WallClock

  /// Who asks for what.
  struct Caller: Sendable {
    let account: AccountID
    let session: LoginSessionID
    let context: CallContext

    init(_ request: RequestInfo) throws {
      account = try request.account()
      guard let session = request.principal.loginSession else { throw AccountsError.signedOut }
      self.session = session
      context = request.context
    }
  }

  /// The session that sets a PIN knows the account's password, so the profile is unlocked for it.
  func set(_ request: SetPIN, on profile: ProfileID, by caller: Caller) async throws {
    let pin = try Self.pin(request.pin)
    _ = try database.read { try ProfileStore.profile(profile, of: caller.account, in: $0) }
    try await confirm(request.password, of: caller.account, before: caller.context.deadline)
    let hash = try await hashing.hash(pin, before: caller.context.deadline)
    let now = clock.now()
    try await database.write { db in
      _ = try ProfileStore.profile(profile, of: caller.account, in: db)
      try ProfileLockStore.put(hash, on: profile, in: db)
      try ProfileLockStore.unlock(profile, for: caller.session, at: now, in: db)
      try tell(profile, of: caller, in: db)
      try outbox.append(
        ProfileLocked(profileId: profile, accountId: caller.account, loginSessionId: caller.session),
        subject: profile.description, in: db, trace: caller.context.trace)
    }
  }

  /// Taking away a PIN that is not there changes nothing.
  func remove(_ request: RemovePIN, from profile: ProfileID, by caller: Caller) async throws {
    _ = try database.read { try ProfileStore.profile(profile, of: caller.account, in: $0) }
    try await confirm(request.password, of: caller.account, before: caller.context.deadline)
    try await database.write { db in
      guard try ProfileStore.profile(profile, of: caller.account, in: db).hasPin else { return }
      try ProfileLockStore.put(nil, on: profile, in: db)
      try tell(profile, of: caller, in: db)
    }
  }

  func unlock(_ request: Unlock, _ profile: ProfileID, by caller: Caller) async throws {
    let pin = try Self.pin(request.pin)
    guard let hash = try await check(pin, of: profile, by: caller) else { return }
    let now = clock.now()
    try await database.write { db in
      try right(hash, of: profile, in: db)
      try ProfileLockStore.unlock(profile, for: caller.session, at: now, in: db)
    }
  }

  // MARK: - Tries

  /// The hash that `pin` matches; nil where the profile has none. A try is counted before it is checked, so that many
  /// at once are no more than many in a row; one that could not be checked is given back. Throws
  /// ``AccountsError/wrongPIN`` and ``AccountsError/tooManyAttempts(_:)``.
  func check(_ pin: PIN, of profile: ProfileID, by caller: Caller) async throws -> PasswordHash? {
    let now = clock.now()
    let tried = try await database.write { db -> ProfileLockStore.Tried? in
      _ = try ProfileStore.profile(profile, of: caller.account, in: db)
      guard let known = try ProfileLockStore.pin(of: profile, in: db) else { return nil }
      guard now >= known.retryAt else {
        let seconds = known.retryAt.seconds(since: now).rounded(.up)
        throw AccountsError.tooManyAttempts(PINTries.limit(resetSeconds: max(1, Int(seconds))))
      }
      let retryAt = now.adding(seconds: PINTries.waitSeconds(after: known.tries + 1))
      try ProfileLockStore.count(tries: known.tries + 1, retryAt: retryAt, at: known.hash, of: profile, in: db)
      return known
    }
    guard let tried else { return nil }
    let isRight: Bool
    do {
      isRight = try await hashing.check(pin, against: tried.hash, before: caller.context.deadline)
    } catch {
      try await database.write { try ProfileLockStore.giveBackTry(at: tried.hash, of: profile, in: $0) }
      throw error
    }
    guard isRight else { throw AccountsError.wrongPIN }
    return tried.hash
  }

  /// The tries begin anew. Throws ``AccountsError/wrongPIN`` where the PIN was changed since it was checked.
  func right(_ hash: PasswordHash, of profile: ProfileID, in db: SQLSession) throws {
    guard try ProfileLockStore.pin(of: profile, in: db)?.hash.text == hash.text else { throw AccountsError.wrongPIN }
    try ProfileLockStore.count(tries: 0, retryAt: Timestamp(milliseconds: 0), at: hash, of: profile, in: db)
  }

  /// Throws a 422 ``Problem`` naming `pin`.
  static func pin(_ text: String) throws -> PIN {
    var errors = FieldErrors()
    let pin = errors.check("pin") { () throws(UnacceptableValue) in try PIN(text) }
    guard let pin else { throw errors.problem ?? .internalError }
    return pin
  }

  private func tell(_ profile: ProfileID, of caller: Caller, in db: SQLSession) throws {
    let profile = try ProfileStore.profile(profile, of: caller.account, in: db)
    try outbox.append(
      ProfileChanged(profile), of: profile.accountId, subject: profile.id.description, in: db,
      trace: caller.context.trace)
  }
}
