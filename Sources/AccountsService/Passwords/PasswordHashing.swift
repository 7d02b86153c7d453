import Contract
import SecurityKit
import TelemetryKit

/// Makes and checks password hashes, always off Swift's pool.
struct PasswordHashing: Sendable {
  private let threads: PasswordThreads
  private let cost: PasswordHash.Cost
  /// Compared with where there is no account, so that an unknown address takes as long as a wrong password.
  private let decoy: PasswordHash
  private let seconds: Histogram

  struct Verdict: Sendable {
    let isMatch: Bool
    /// The password's hash at today's cost, where the kept one was made at another.
    let replacement: PasswordHash?
  }

  init(settings: AccountsSettings, metrics: Metrics) async throws {
    let threads = PasswordThreads(count: settings.passwordThreads, queueMaximum: settings.passwordQueueMaximum)
    let cost = PasswordHash.Cost(memoryKiB: settings.passwordMemoryKiB, passes: settings.passwordPasses)
    self.threads = threads
    self.cost = cost
    seconds = metrics.histogram(
      "accounts_password_hash_seconds", help: "Time to hash or check one password.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1])
    metrics.observe("accounts_password_queue", help: "Passwords waiting for a thread.") {
      [weak threads] in Double(threads?.waiting ?? 0)
    }
    decoy = try await threads.run(before: .after(.seconds(30))) {
      try PasswordHash(password: Sodium.randomBytes(32), cost: cost)
    }
  }

  func hash(_ password: Password, before deadline: Deadline) async throws -> PasswordHash {
    try await timed(before: deadline) { try PasswordHash(password: password.bytes, cost: cost) }
  }

  /// Whether `password` is that of `kept`; never, but after the same work, where there is none.
  func check(_ password: Password, against kept: PasswordHash?, before deadline: Deadline) async throws -> Verdict {
    try await timed(before: deadline) {
      let isMatch = (kept ?? decoy).matches(password.bytes)
      guard isMatch, let kept else { return Verdict(isMatch: false, replacement: nil) }
      let replacement = kept.needsRehash(for: cost) ? try PasswordHash(password: password.bytes, cost: cost) : nil
      return Verdict(isMatch: true, replacement: replacement)
    }
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
