import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import Synchronization
import TestKit
import Testing

/// What identity costs and keeps out, printed; `deploy/bench accounts` asks for it.
@Suite(.serialized, .enabled(if: Bench.binary != nil, "deploy/bench accounts runs these"))
struct AccountsBenchmarks {
  /// So that what is measured is the work, not the limits.
  private static let unlimited = [
    "ACCOUNTS_WRONG_PASSWORDS_PER_ACCOUNT": "1000000", "ACCOUNTS_WRONG_PASSWORDS_PER_ADDRESS": "1000000",
    "ACCOUNTS_WRONG_PASSWORDS_OVERALL": "1000000", "ACCOUNTS_SIGN_UPS_PER_ADDRESS": "1000000",
    "ACCOUNTS_RESETS_PER_ADDRESS": "1000000", "ACCOUNTS_MAIL_PER_ADDRESS_MAXIMUM": "1000000",
    "ACCOUNTS_MAILBOX_MAXIMUM": "1000000",
  ]

  @Test("Log-ins: time and memory of a hash, log-ins per second at 8 at once, next to Argon2id by itself")
  func logIns() async throws {
    let seconds = Bench.measuredSeconds
    let accounts = try await AccountsProcess.start(Self.unlimited)
    defer { accounts.stop() }
    for number in 0..<8 { _ = try await accounts.signUp("vera-\(number)@example.test", from: "192.0.2.\(number)") }
    let before = try await (accounts.hashes(), accounts.metric("accounts_password_hash_seconds_sum"))
    let times = Mutex<[Double]>([])
    var rounds: [(bare: Double, logIns: Double, cpu: Double)] = []
    // In turn, as what else the machine does changes.
    for _ in 0..<5 {
      let bare = await Self.bareHashesPerSecond(seconds: seconds)
      let result = await ClosedLoop(concurrency: 8, seconds: seconds).run(["accounts": accounts.pid]) { worker in
        let start = ContinuousClock.now
        let status = try await accounts.logIn("vera-\(worker)@example.test", from: "192.0.2.\(worker)")
        times.withLock { $0.append((ContinuousClock.now - start) / .milliseconds(1)) }
        return status == 201
      }
      #expect(result.failures == 0)
      rounds.append((bare, result.perSecond, result.totalMicroseconds))
    }
    let after = try await (accounts.hashes(), accounts.metric("accounts_password_hash_seconds_sum"))
    let sorted = times.withLock { $0.sorted() }
    let hash = (after.1 - before.1) / Double(max(1, after.0 - before.0)) * 1000
    let median = rounds.sorted { $0.logIns / $0.bare < $1.logIns / $1.bare }[rounds.count / 2]
    Bench.print("Argon2id by itself on two threads: \(Int(median.bare))/s")
    Bench.print(
      "log-ins, 8 at once: \(Int(median.logIns))/s, \(Int(100 * median.logIns / median.bare)) % of that (the median of "
        + "\(rounds.count) rounds); p50 \(Int(sorted[sorted.count / 2])) ms, p99 "
        + "\(Int(sorted[sorted.count * 99 / 100])) ms")
    // The generator shares the cores, and takes what it needs from the log-ins.
    let perLogIn = (median.cpu / 1000).formatted(.number.precision(.fractionLength(1)))
    let perHash = (2000 / median.bare).formatted(.number.precision(.fractionLength(1)))
    Bench.print("CPU of the service: \(perLogIn) ms per log-in, where a hash by itself takes \(perHash) ms of a core")
    Bench.print(
      "a hash: \(Int(hash)) ms with both threads busy, \(PasswordHash.Cost.standard.memoryKiB >> 10) MiB; the process "
        + "had at most \(accounts.peakBytes >> 20) MiB")
    #expect(rounds.allSatisfy { $0.logIns > 0 })
  }

  @Test("Profile reads per second and core, through the service")
  func profileReads() async throws {
    let accounts = try await AccountsProcess.start(Self.unlimited)
    defer { accounts.stop() }
    let signedUp = try await accounts.signUp("vera@example.test")
    let principal = Principal(role: .viewer, account: signedUp.account.id, loginSession: LoginSessionID(seed: "bench"))
    for name in ["Vera", "Otto", "Kim"] {
      _ = try await accounts.transport.call(
        AccountsEndpoints.createProfile, body: NewProfile(name: name),
        in: CallContext(principal: principal, deadline: .after(.seconds(5))))
    }
    for (name, path) in [("profiles", "/v1/profiles"), ("nothing (/livez)", "/livez")] {
      let loop = ClosedLoop(concurrency: 32, seconds: Bench.measuredSeconds)
      let result = await loop.run(["accounts": accounts.pid]) { _ in
        try await accounts.transport.send(
          TransportRequest(
            method: .get, target: path, context: CallContext(principal: principal, deadline: .after(.seconds(5))))
        ).status == 200
      }
      Bench.print(
        "reads of \(name): \(Int(1e6 / max(1, result.totalMicroseconds)))/s per core of the service "
          + "(\(Int(result.totalMicroseconds)) CPU µs each; \(Int(result.perSecond))/s measured beside the generator)")
    }
  }

  @Test("Known and unknown addresses cannot be told apart by time: log-in, reset, sign-up")
  func timing() async throws {
    let tries = Bench.tries
    let each = 5
    let accounts = try await AccountsProcess.start(Self.unlimited)
    defer { accounts.stop() }
    let count = max(1, tries / each)
    let known = (0..<count).map { "known-\(String($0 + 100_000))@example.test" }
    for email in known { _ = try await accounts.signUp(email, from: Self.client()) }
    try await accounts.verifyAll(count)
    let unknown = (0..<count).map { "nobody\(String($0 + 100_000))@example.test" }
    Bench.print("timing of \(tries) tries each, \(count) verified addresses against \(count) without an account:")
    let wrong = "not the password of anybody"
    try await compare("log-in", known, unknown, each) { try await accounts.logIn($0, wrong, from: Self.client()) }
    try await compare("reset", known, unknown, each) {
      try await accounts.send("/v1/password-resets", PasswordResetRequest(email: $0), from: Self.client()).status
    }
    // Signing up makes the unknown known to the service, but never verified; each is new to it once.
    let fresh = (0..<tries).map { "fresh-\(String($0 + 100_000))@example.test" }
    try await compare("sign-up", known.flatMap { Array(repeating: $0, count: each) }, fresh, 1) {
      try await accounts.send(
        "/v1/accounts",
        SignUp(
          email: $0, password: AccountsProcess.password, displayName: "Vera", country: "DE", plan: .premium),
        from: Self.client()
      ).status
    }
  }

  @Test("Of 10,000 guesses few reach the hash, whoever they come from, and the owner still logs in from elsewhere")
  func guesses() async throws {
    let fixed = "198.51.100.7"
    let campaigns = [
      Campaign(name: "one address, one account", from: { _ in fixed }, at: { _ in 0 }),
      Campaign(name: "many addresses, one account", from: { _ in Self.client() }, at: { _ in 0 }),
      Campaign(name: "one address, many accounts", from: { _ in fixed }, at: { $0 % 500 }),
      Campaign(name: "many addresses, many accounts", from: { _ in Self.client() }, at: { $0 % 500 }),
    ]
    for campaign in campaigns {
      let accounts = try await AccountsProcess.start([:])
      defer { accounts.stop() }
      // Of the 500 that are guessed at, these have an account; limits must not tell.
      for number in 0..<20 {
        _ = try await accounts.signUp("vera-\(number)@example.test", from: "192.0.2.\(number)")
      }
      let before = try await accounts.hashes()
      let tally = Tally()
      await withDiscardingTaskGroup { group in
        for worker in 0..<8 {
          group.addTask {
            for number in stride(from: worker, to: 10_000, by: 8) {
              let email = "vera-\(campaign.at(number))@example.test"
              let status = try? await accounts.logIn(email, "guess number \(number)", from: campaign.from(number))
              tally.note(status ?? 0)
            }
          }
        }
      }
      let reached = try await accounts.hashes() - before
      let owner = try await accounts.logIn("vera-0@example.test", from: "192.0.2.200")
      Bench.print(
        "10,000 guesses, \(campaign.name): \(reached) reach the hash; answers \(tally.counts); the owner's "
          + "log-in from a network of theirs: \(owner)")
      #expect(reached <= 30)
      #expect(owner == 201)
    }
  }

  @Test("Every reuse of 1,000 rotated refresh tokens is caught")
  func reuse() async throws {
    let accounts = try await AccountsProcess.start(Self.unlimited)
    defer { accounts.stop() }
    var tokens: [String] = []
    for number in 0..<20 {
      tokens.append(try await accounts.signUp("vera-\(number)@example.test", from: Self.client()).refreshToken)
    }
    func refresh(_ token: String) async throws -> TransportResponse {
      try await accounts.send("/v1/sessions/refresh", Refresh(refreshToken: token))
    }
    var caught = 0
    for number in 0..<1000 {
      // Sessions are made anew as they end: one of each account lives at a time.
      let slot = number % tokens.count
      let first = tokens[slot]
      var newest = first
      for _ in 0..<2 { newest = try await JSON.decode(Refreshed.self, from: refresh(newest).body).refreshToken }
      let again = try await refresh(first).status
      let after = try await refresh(newest).status
      if again == 401, after == 401 { caught += 1 }
      let opened = try await accounts.send(
        "/v1/sessions",
        LogIn(
          email: "vera-\(slot)@example.test", password: AccountsProcess.password,
          device: Device(name: "Bench", kind: .web)), from: Self.client())
      tokens[slot] = try JSON.decode(LoggedIn.self, from: opened.body).refreshToken
    }
    Bench.print("reuse of 1,000 rotated refresh tokens: \(caught) caught")
    #expect(caught == 1000)
  }

  // MARK: - Parts

  /// In turn, in an order that is drawn, one after the other.
  private func compare(
    _ name: String, _ known: [String], _ unknown: [String], _ each: Int, _ call: (String) async throws -> Int
  ) async throws {
    var order = (known.map { ($0, true) } + unknown.map { ($0, false) }).flatMap { Array(repeating: $0, count: each) }
    order.shuffle()
    var times: [Bool: [Double]] = [true: [], false: []]
    var statuses: [Bool: Set<Int>] = [true: [], false: []]
    for (email, isKnown) in order {
      let start = ContinuousClock.now
      let status = try await call(email)
      times[isKnown]?.append((ContinuousClock.now - start) / .milliseconds(1))
      statuses[isKnown]?.insert(status)
    }
    let (first, second) = (times[true] ?? [], times[false] ?? [])
    let area = Discrimination.area(first, second)
    func median(_ values: [Double]) -> String { String(format: "%.2f ms", values.sorted()[values.count / 2]) }
    Bench.print(
      "  \(name): AUC \(String(format: "%.3f", area)); medians \(median(first)) known, \(median(second)) unknown; "
        + "answers \(statuses[true]?.sorted() ?? []) and \(statuses[false]?.sorted() ?? [])")
    #expect(statuses[true] == statuses[false])
  }

  /// Every try from a place of its own, so that no limit of a place is met.
  static func client() -> String {
    "2001:db8:\(String(Int.random(in: 0...65_535), radix: 16)):\(String(Int.random(in: 0...65_535), radix: 16))::1"
  }

  private static func bareHashesPerSecond(seconds: Double) async -> Double {
    let count = Mutex(0)
    let end = ContinuousClock.now + .seconds(seconds)
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let group = DispatchGroup()
      for _ in 0..<2 {
        group.enter()
        let thread = Thread {
          while ContinuousClock.now < end {
            _ = try? PasswordHash(password: Array("a viewer for tests only".utf8))
            count.withLock { $0 += 1 }
          }
          group.leave()
        }
        thread.start()
      }
      group.notify(queue: .global()) { continuation.resume() }
    }
    return Double(count.withLock { $0 }) / seconds
  }
}

/// Who guesses, and at whom, by the number of the guess.
private struct Campaign: Sendable {
  let name: String
  let from: @Sendable (Int) -> String
  let at: @Sendable (Int) -> Int
}

/// How often each status was answered.
private final class Tally: Sendable {
  private let all = Mutex<[Int: Int]>([:])
  var counts: [Int: Int] { all.withLock { $0 } }
  func note(_ status: Int) { all.withLock { $0[status, default: 0] += 1 } }
}

extension Bench {
  /// The program that is measured.
  static var binary: String? { ProcessInfo.processInfo.environment["MATINEE_BENCH_BINARY"] }

  /// How often each address is tried in the comparison of times, in all.
  static var tries: Int { ProcessInfo.processInfo.environment["MATINEE_BENCH_TRIES"].flatMap { Int($0) } ?? 2000 }

  static var measuredSeconds: Double {
    ProcessInfo.processInfo.environment["MATINEE_BENCH_SECONDS"].flatMap { Double($0) } ?? 5
  }

  static func print(_ line: String) {
    FileHandle.standardOutput.write(Data("  \(line)\n".utf8))
  }
}
