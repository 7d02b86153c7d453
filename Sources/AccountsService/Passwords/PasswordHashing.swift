import Contract
import SecurityKit
import TelemetryKit

/// Makes and checks password hashes, always off Swift's pool.
struct PasswordHashing: Sendable {
  private let threads: PasswordThreads
  private let cost: PasswordHash.Cost
  /// Makes the salts of addresses.
  private let saltKey: HMACKey
  private let seconds: Histogram

  struct Found: Sendable {
    /// Which of the candidates.
    let index: Int
    /// The password's hash at today's salt and cost, where the kept one was made at another.
    let replacement: PasswordHash?
  }

  init(settings: AccountsSettings, saltKey: HMACKey, metrics: Metrics) {
    let threads = PasswordThreads(count: settings.passwordThreads, queueMaximum: settings.passwordQueueMaximum)
    let cost = PasswordHash.Cost(memoryKiB: settings.passwordMemoryKiB, passes: settings.passwordPasses)
    self.threads = threads
    self.cost = cost
    self.saltKey = saltKey
    seconds = metrics.histogram(
      "accounts_password_hash_seconds", help: "Time to hash or check one password.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1])
    metrics.observe("accounts_password_queue", help: "Passwords waiting for a thread.") {
      [weak threads] in Double(threads?.waiting ?? 0)
    }
  }

  /// Under the address's own salt, so that one computation compares a password with all accounts that claim it.
  func hash(_ password: Password, for address: EmailAddress, before deadline: Deadline) async throws -> PasswordHash {
    try await timed(before: deadline) {
      try PasswordHash(password: password.bytes, salt: salt(of: address.key), cost: cost)
    }
  }

  func check(_ password: Password, against kept: PasswordHash, before deadline: Deadline) async throws -> Bool {
    try await timed(before: deadline) { kept.matches(password.bytes) }
  }

  /// The first of `candidates`, all of one address, whose password it is. One computation, however many there are,
  /// also where there is none; one more where some were kept under another salt or cost, since before their account
  /// had this address or the settings were raised.
  func find(
    _ password: Password, among candidates: [PasswordHash], of addressKey: String, before deadline: Deadline
  ) async throws -> Found? {
    try await timed(before: deadline) {
      let salt = salt(of: addressKey)
      let head = PasswordHash.head(salt: salt, cost: cost)
      // Where there is none, one that nothing matches takes the same steps.
      let kept = candidates.isEmpty ? [PasswordHash(text: head + "$" + String(repeating: "A", count: 43))] : candidates
      var found: Int?
      for group in Self.groups(kept) {
        let made =
          kept[group[0]].head == head
          ? try PasswordHash(password: password.bytes, salt: salt, cost: cost)
          : try kept[group[0]].remade(for: password.bytes)
        guard let made else { continue }
        let bytes = Array(made.text.utf8)
        let match = group.first { Sodium.constantTimeEquals(Array(kept[$0].text.utf8), bytes) }
        if let match { found = min(found ?? match, match) }
      }
      guard let found, !candidates.isEmpty else { return nil }
      let isCurrent = candidates[found].head == head
      return Found(
        index: found,
        replacement: isCurrent ? nil : try PasswordHash(password: password.bytes, salt: salt, cost: cost))
    }
  }

  /// Their places by what their hashes have in common; the first two groups, as more have no honest cause.
  private static func groups(_ candidates: [PasswordHash]) -> [[Int]] {
    var heads: [String] = []
    var groups: [[Int]] = []
    for (index, candidate) in candidates.enumerated() {
      if let known = heads.firstIndex(of: candidate.head) {
        groups[known].append(index)
      } else if heads.count < 2 {
        heads.append(candidate.head)
        groups.append([index])
      }
    }
    return groups
  }

  private func salt(of addressKey: String) -> [UInt8] {
    Array(saltKey.authenticationCode(of: addressKey.utf8).prefix(PasswordHash.saltBytes))
  }

  func hash(_ pin: PIN, before deadline: Deadline) async throws -> PasswordHash {
    try await timed(before: deadline) { try PasswordHash(password: pin.bytes, cost: cost) }
  }

  func check(_ pin: PIN, against kept: PasswordHash, before deadline: Deadline) async throws -> Bool {
    try await timed(before: deadline) { kept.matches(pin.bytes) }
  }

  func stop() {
    threads.stop()
  }

  private func timed<Value: Sendable>(
    before deadline: Deadline, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await threads.run(before: deadline) { [seconds] in
      let start = ContinuousClock.now
      defer { seconds.record((ContinuousClock.now - start) / .seconds(1)) }
      return try body()
    }
  }
}
