import AccountsAPI
import CacheKit
import ClientKit
import Contract

/// Whose profile is this, and what may it see? Kept for the profiles in use, changed by accounts' events, asked of
/// accounts on a miss. An entry outlives its freshness only while accounts cannot be reached.
struct ProfileDirectory: Sendable {
  struct Entry: Sendable {
    var account: AccountID
    var maturityLimit: MaturityRating
    var kids: Bool
    var hasPin: Bool
    var pinVersion: Int
  }

  private let entries: BoundedCache<ProfileID, Entry>
  private let flights = SingleFlight<ProfileID, Entry>(upstream: "accounts", flightTime: .seconds(1))
  private let fetch: @Sendable (ProfileID, CallContext) async throws -> Profile

  init(limit: Int, fetch: @escaping @Sendable (ProfileID, CallContext) async throws -> Profile) {
    entries = BoundedCache(limit: limit)
    self.fetch = fetch
  }

  /// The profile's entry if it is `account`'s; a problem 404 otherwise, the same for unknown and foreign.
  func require(_ profile: ProfileID, of account: AccountID, in context: CallContext) async throws -> Entry {
    let entry: Entry
    if let known = entries[profile] {
      entry = known
    } else {
      entry = try await flights.value(for: profile, within: context.deadline) { [self] deadline in
        let fetched = try await fetch(profile, CallContext(principal: context.principal, deadline: deadline))
        // An event that came while we asked is newer than the answer.
        let entry =
          entries[profile]
          ?? Entry(
            account: fetched.accountId, maturityLimit: fetched.maturityLimit, kids: fetched.kids,
            hasPin: fetched.hasPin, pinVersion: fetched.pinVersion)
        entries[profile] = entry
        return entry
      }
    }
    guard entry.account == account else { throw Problem.notFound("This account has no profile \(profile).") }
    return entry
  }

  func apply(_ event: Event) throws {
    if let changed = try event.body(ProfileChanged.self) {
      entries[changed.profileId] = entry(changed)
    } else if let deleted = try event.body(ProfileDeleted.self) {
      entries[deleted.profileId] = nil
    }
  }

  /// Nil, so that accounts is asked, where an event does not tell of the PIN. A PIN that was set by way of this gateway
  /// is known before its event: older events do not undo it.
  private func entry(_ changed: ProfileChanged) -> Entry? {
    guard let hasPin = changed.hasPin, let pinVersion = changed.pinVersion else { return nil }
    var entry = Entry(
      account: changed.accountId, maturityLimit: changed.maturityLimit, kids: changed.kids, hasPin: hasPin,
      pinVersion: pinVersion)
    if let known = entries[changed.profileId], known.pinVersion > pinVersion {
      (entry.hasPin, entry.pinVersion) = (known.hasPin, known.pinVersion)
    }
    return entry
  }

  /// The profile was written by way of this gateway; its event is not here yet.
  func forget(_ profile: ProfileID) { entries[profile] = nil }

  /// After a gap in the events nothing kept can be trusted.
  func forgetAll() { entries.removeAll() }
}
