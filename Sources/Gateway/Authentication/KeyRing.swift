import AccountsAPI
import Contract
import SecurityKit
import Synchronization

/// The public keys of access tokens, asked of accounts: at the first token, and again when a token names a key that
/// is not known, at most once per interval whatever the tokens claim.
final class KeyRing: Sendable {
  private static let fetchInterval: Duration = .seconds(1)
  private let known = Mutex(VerifyingKeys([]))
  private let fetcher: Fetcher

  init(accounts: any Transport) {
    fetcher = Fetcher(accounts: accounts)
  }

  var keys: VerifyingKeys { known.withLock { $0 } }

  /// Asks accounts unless it was asked just now; a fault of accounts is thrown, and the keys stay.
  func refresh() async throws -> VerifyingKeys {
    guard let fresh = try await fetcher.fetch(every: Self.fetchInterval) else { return keys }
    known.withLock { $0 = fresh }
    return fresh
  }
}

/// One question at a time: those who come while it is under way share its answer.
private actor Fetcher {
  private let accounts: any Transport
  private var underWay: Task<VerifyingKeys, any Error>?
  private var answeredAt: ContinuousClock.Instant?

  init(accounts: any Transport) {
    self.accounts = accounts
  }

  /// Nil where accounts answered less than `interval` ago.
  func fetch(every interval: Duration) async throws -> VerifyingKeys? {
    if let underWay { return try await underWay.value }
    if let answeredAt, answeredAt.duration(to: .now) < interval { return nil }
    let task = Task { [accounts] in
      let answer = try await accounts.call(
        AccountsEndpoints.jwks, in: .service("gateway", within: .seconds(1)))
      return VerifyingKeys(answer.keys.compactMap { VerifyingKey(x: $0.x) })
    }
    underWay = task
    defer { underWay = nil }
    let keys = try await task.value
    answeredAt = .now
    return keys
  }
}
