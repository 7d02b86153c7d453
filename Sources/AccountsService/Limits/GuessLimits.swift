import CacheKit
import Contract

/// How often passwords may be guessed: from one address, at one account, and over all.
///
/// Who comes from a network that the account has been used from is counted apart, so an account under attack from
/// elsewhere still lets its owner in. Addresses without an account are counted the same, so that no limit says
/// whether there is one.
struct GuessLimits: Sendable {
  private let fromAddress: AttemptLimit
  private let atAccount: AttemptLimit
  private let overall: AttemptLimit
  private let fromKnownAddress: AttemptLimit
  private let atAccountFromKnownNetwork: AttemptLimit
  private let confirmations: AttemptLimit
  /// Accounts that have widened the overall limit lately.
  private let repaid: BoundedCache<String, Timestamp>
  private let clock: WallClock

  private static let repaidSeconds = 3600.0

  init(_ settings: AccountsSettings, clock: WallClock) {
    func limit(_ name: String, _ free: Int) -> AttemptLimit {
      AttemptLimit(settings.guesses(name, free: free), clock: clock)
    }
    fromAddress = limit("guesses-from-address", settings.wrongPasswordsPerAddress)
    atAccount = limit("guesses-at-account", settings.wrongPasswordsPerAccount)
    // Of the same names, as a name of its own would tell that the address has an account.
    fromKnownAddress = limit("guesses-from-address", settings.wrongPasswordsPerAddress)
    atAccountFromKnownNetwork = limit("guesses-at-account", settings.wrongPasswordsPerAccount)
    confirmations = limit("confirmations", settings.wrongPasswordsPerAccount)
    // Widened by every account that logs in, at most once in an hour, so that it grows with the traffic there is.
    overall = AttemptLimit(
      .init(
        name: "guesses-overall", free: settings.wrongPasswordsOverall, firstDelaySeconds: 2, longestDelaySeconds: 60,
        forgivenSeconds: Double(settings.wrongPasswordOverallForgivenSeconds)), clock: clock)
    repaid = BoundedCache(limit: 100_000)
    self.clock = clock
  }

  /// Lets `guess` at the password of `account`, a name for whatever the caller typed; nil from it means wrong.
  ///
  /// - Parameter isKnown: whether the account has been used from the caller's network.
  /// Throws ``AccountsError/tooManyAttempts(_:)``.
  func logIn<Value>(
    at account: String, from address: NetworkAddress?, isKnown: Bool, before deadline: Deadline,
    _ guess: () async throws -> Value?
  ) async throws -> Value? {
    let site = Self.site(address)
    let value: Value?
    if isKnown {
      value = try await fromKnownAddress.attempt(site, before: deadline) {
        try await atAccountFromKnownNetwork.attempt(
          "\(address?.network ?? "") \(account)", before: deadline, guess)
      }
    } else {
      value = try await fromAddress.attempt(site, before: deadline) {
        try await atAccount.attempt(account, before: deadline) {
          try await overall.attempt("", before: deadline, guess)
        }
      }
    }
    if value != nil { repay(account) }
    return value
  }

  /// Lets somebody who is signed in confirm with the account's password.
  func confirm<Value>(
    _ account: AccountID, before deadline: Deadline, _ guess: () async throws -> Value?
  ) async throws -> Value? {
    try await confirmations.attempt(account.description, before: deadline, guess)
  }

  /// By what limits per address count; all who come from nowhere are one.
  static func site(_ address: NetworkAddress?) -> String { address?.site ?? "" }

  private func repay(_ account: String) {
    let now = clock.now()
    if let last = repaid[account], now.seconds(since: last) < Self.repaidSeconds { return }
    repaid[account] = now
    overall.forgive("")
  }
}
