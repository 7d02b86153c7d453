import CacheKit
import Contract
import Synchronization

/// When each profile's viewing last changed, as far as this gateway knows: what was asked for before that is outdated.
///
/// Marks are generations of one growing counter. Whoever keeps an answer reads the mark before asking; a change while
/// the question is under way then outdates the answer as well.
final class ViewingMarks: Sendable {
  /// When something was asked for, in the terms of the marks.
  struct Generation: Sendable, Hashable {
    fileprivate var profile: UInt64
    fileprivate var account: UInt64
  }

  private struct Mark: Sendable {
    var generation: UInt64
    /// The latest event of playback about this profile.
    var position: EventPosition?
  }

  private let marks: BoundedCache<ProfileID, Mark>
  private let accounts: BoundedCache<AccountID, UInt64>
  private let counter = Atomic<UInt64>(0)

  init(limit: Int) {
    marks = BoundedCache(limit: limit)
    accounts = BoundedCache(limit: limit)
  }

  /// The generation an answer asked for now belongs to. It stays the same as long as nothing is known to change.
  func generation(of profile: ProfileID, account: AccountID?) -> Generation {
    Generation(
      profile: marks[profile]?.generation ?? 0, account: account.flatMap { accounts[$0] } ?? 0)
  }

  /// A write of one of the account's profiles passed through this gateway: its event is not here yet.
  func touch(_ account: AccountID) {
    accounts[account] = nextGeneration()
  }

  /// What this profile said of titles passed through this gateway: no event tells of it.
  func touch(_ profile: ProfileID) {
    marks[profile] = Mark(generation: nextGeneration(), position: marks[profile]?.position)
  }

  /// An event of playback, whose subject is the profile.
  func note(_ event: Event) {
    guard let profile = ProfileID(event.header.subject) else { return }
    marks[profile] = Mark(
      generation: nextGeneration(), position: event.header.position)
  }

  /// Whether an answer made at `basis` has seen every event of the profile that we have. Recommendations reads the
  /// same events as we do and may be behind: such an answer is shown but not kept.
  func isCurrent(_ basis: EventPosition, of profile: ProfileID) -> Bool {
    guard let mark = marks[profile]?.position else { return true }
    return basis.covers(mark)
  }

  private func nextGeneration() -> UInt64 {
    counter.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
