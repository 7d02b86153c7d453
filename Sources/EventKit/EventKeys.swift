import CacheKit
import ClientKit
package import Contract
package import SecurityKit
package import StorageKit
import Synchronization

/// Where an outbox finds the key to seal with.
package protocol EventKeyring: Sendable {
  /// Within the transaction that appends, so without waiting; nil where the account is erased or its key cannot be
  /// had now. What would have been sealed is then left out.
  func sealingKey(of account: AccountID, in session: SQLSession) throws -> SealingKey?
}

/// The accounts' keys as accounts gives them: asked for before a transaction, kept in memory for a while, never
/// written down. Without the key that accounts drops, whatever was sealed with it stays closed.
package final class EventKeys: EventKeyring {
  private enum Known: Sendable {
    case key(SealingKey)
    case erased
  }

  private struct Kept: Sendable {
    var known: Known
    var until: ContinuousClock.Instant
  }

  /// Keys kept in memory: some 15 MB.
  private static let limit = 100_000
  /// A key is asked for anew after this long.
  private static let keptTime = Duration.seconds(3600)
  /// For one answer.
  private static let timeout = Duration.seconds(2)
  /// Who could do without a key does not ask again so soon after a failure.
  private static let pauseAfterFailure = Duration.seconds(1)

  private let accounts: any Transport
  private let caller: String
  private let kept = BoundedCache<AccountID, Kept>(limit: limit)
  private let flights = SingleFlight<AccountID, Known>(upstream: "accounts", flightTime: timeout)
  private let nextTry = Mutex(ContinuousClock.now)

  /// - Parameter caller: the service that asks.
  package init(accounts: any Transport, caller: String) {
    self.accounts = accounts
    self.caller = caller
  }

  package func sealingKey(of account: AccountID, in session: SQLSession) throws -> SealingKey? {
    guard case .key(let key) = known(account) else { return nil }
    return key
  }

  /// Has the key at hand for a transaction that follows, if accounts answers soon. Does not fail: without it the
  /// event tells less.
  package func prepare(_ account: AccountID) async {
    guard known(account) == nil, nextTry.withLock({ $0 <= .now }) else { return }
    do {
      _ = try await ask(account)
    } catch {
      nextTry.withLock { $0 = .now + Self.pauseAfterFailure }
    }
  }

  /// From now on nothing of the account is opened or sealed.
  package func forget(_ account: AccountID) {
    kept[account] = Kept(known: .erased, until: .now + Self.keptTime)
  }

  // MARK: - Opening

  /// Has the keys of all these events at hand. Throws where accounts does not answer.
  func learn(_ events: some Sequence<Event>) async throws {
    let missing = Array(Set(events.compactMap(\.header.account)).filter { known($0) == nil })
    for start in stride(from: 0, to: missing.count, by: EventKeyEndpoints.accountsMaximum) {
      let some = missing[start..<min(start + EventKeyEndpoints.accountsMaximum, missing.count)]
      _ = try await ask(Array(some), within: .after(Self.timeout))
    }
  }

  /// The event as it can be read: as it is where nothing in it is personal, nil where it is of an erased account or
  /// was written without its personal part. Throws ``ConsumerError/keyMissing`` unless ``learn(_:)`` came before.
  func readable(_ event: Event) throws -> Event? {
    guard let account = event.header.account else { return event }
    switch known(account) {
    case .key(let key): return try EventSeal.open(event, with: key)
    case .erased: return nil
    case nil: throw ConsumerError.keyMissing
    }
  }

  // MARK: - Asking

  private func known(_ account: AccountID) -> Known? {
    guard let entry = kept[account], .now < entry.until else { return nil }
    return entry.known
  }

  private func ask(_ account: AccountID) async throws -> Known {
    try await flights.value(for: account, within: .after(Self.timeout)) { [self] deadline in
      try await ask([account], within: deadline)[account] ?? .erased
    }
  }

  private func ask(_ accounts: [AccountID], within deadline: Deadline) async throws -> [AccountID: Known] {
    let answer = try await self.accounts.call(
      EventKeyEndpoints.keys, body: EventKeysQuestion(accounts: accounts),
      in: CallContext(principal: .service(caller), deadline: deadline))
    var found = Dictionary(accounts.map { ($0, Known.erased) }) { first, _ in first }
    for item in answer.items {
      guard let key = Base64URL.decode(item.key[...]).flatMap({ SealingKey($0) }) else {
        throw EventSealError.doesNotOpen
      }
      found[item.account] = .key(key)
    }
    for account in accounts {
      // An erasure that was heard while we asked is newer than the answer.
      if let newer = known(account) {
        found[account] = newer
      } else if let known = found[account] {
        kept[account] = Kept(known: known, until: .now + Self.keptTime)
      }
    }
    return found
  }
}
