import AccountsAPI
import CacheKit
import ClientKit
import Contract

/// Lets a log-in session use a profile with a PIN only after it has entered it. What was unlocked is kept, with the
/// version of the PIN that it was unlocked under; what was not is asked of accounts each time.
struct ProfileLock: Sendable {
  private struct Key: Hashable, Sendable {
    var session: LoginSessionID
    var profile: ProfileID
    /// Part of the question: an answer about an older PIN must not serve.
    var pinVersion: Int
  }

  /// What a locked profile answers all the same: its name on the door, and the ways to open it.
  private static let openWhileLocked: Set<String> = [
    AccountsEndpoints.profile.name, ProfileLockEndpoints.setPIN.name, ProfileLockEndpoints.removePIN.name,
    ProfileLockEndpoints.unlock.name,
  ]

  private let unlocked: BoundedCache<Key, Bool>
  private let flights = SingleFlight<Key, LockState>(upstream: "accounts", flightTime: .seconds(1))
  private let fetch: @Sendable (LockPath, CallContext) async throws -> LockState

  init(limit: Int, fetch: @escaping @Sendable (LockPath, CallContext) async throws -> LockState) {
    unlocked = BoundedCache(limit: limit)
    self.fetch = fetch
  }

  /// Throws a problem 403 where `endpoint` needs the profile unlocked and it is not.
  func require(
    _ profile: ProfileID, _ entry: ProfileDirectory.Entry, for session: LoginSessionID?,
    at endpoint: any EndpointDescription, in context: CallContext
  ) async throws {
    guard entry.hasPin, !Self.openWhileLocked.contains(endpoint.name) else { return }
    guard let session else { throw Problem.profileLocked }
    let key = Key(session: session, profile: profile, pinVersion: entry.pinVersion)
    if unlocked[key] == true { return }
    let state = try await flights.value(for: key, within: context.deadline) { [fetch] deadline in
      try await fetch(
        LockPath(profile: profile, session: session), CallContext(principal: context.principal, deadline: deadline))
    }
    guard state.isUnlocked else { throw Problem.profileLocked }
    unlocked[Key(session: session, profile: profile, pinVersion: state.pinVersion)] = true
  }

  /// After a gap in the events nothing kept can be trusted.
  func forgetAll() { unlocked.removeAll() }
}
