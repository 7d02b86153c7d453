import AccountsAPI
import ClientKit
import ConfigKit
import Contract
import Foundation
import TestKit
import Testing

@testable import AccountsService

@Suite struct GuessingTests {
  private static let guesses = 10_000

  /// How many of the campaign's wrong guesses get as far as a hash, ten at a time.
  private func reached(
    _ campaign: @escaping @Sendable (Int) -> (account: String, address: String)
  ) async throws -> (count: Int, limits: GuessLimits) {
    let limits = GuessLimits(try AccountsSettings(SettingsReader(environment: [:])), clock: .system)
    let count = await withTaskGroup(of: Int.self) { group in
      for lane in 0..<10 {
        group.addTask {
          var count = 0
          for number in stride(from: lane, to: Self.guesses, by: 10) {
            let (account, address) = campaign(number)
            let tried: Int? = try? await limits.logIn(
              at: account, from: NetworkAddress(address), isKnown: false, before: .after(.seconds(60))
            ) {
              count += 1
              return nil
            }
            #expect(tried == nil)
          }
          return count
        }
      }
      return await group.reduce(0, +)
    }
    return (count, limits)
  }

  private static func address(_ number: Int) -> String {
    "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
  }

  @Test(
    "Of 10,000 guesses no more than 30 reach the hash, and the owner still gets in from where she has been before",
    arguments: ["one at one", "many at one", "one at many", "many at many", "IPv6 neighbours"])
  func campaigns(_ name: String) async throws {
    let (count, limits) = try await reached { number in
      switch name {
      case "one at one": ("vera", Self.address(1))
      case "many at one": ("vera", Self.address(number))
      case "one at many": ("viewer \(number)", Self.address(1))
      case "IPv6 neighbours": ("viewer \(number)", "2001:db8:1:1::\(String(number, radix: 16))")
      default: (number % 10 == 0 ? "vera" : "viewer \(number)", Self.address(number))
      }
    }
    #expect((10...30).contains(count), "\(name): \(count)")
    // From a network of her own, and from the attacker's very address.
    for address in ["203.0.113.7", Self.address(1)] {
      let letIn = try await limits.logIn(
        at: "vera", from: NetworkAddress(address), isKnown: true, before: .after(.seconds(60))
      ) { 1 }
      #expect(letIn == 1)
    }
  }

  @Test("From a network an account knows, guesses are limited as well")
  func knownNetwork() async throws {
    let limits = GuessLimits(try AccountsSettings(SettingsReader(environment: [:])), clock: .system)
    var count = 0
    for number in 0..<200 {
      let tried: Int? = try? await limits.logIn(
        at: "viewer \(number % 20)", from: NetworkAddress("203.0.113.7"), isKnown: true, before: .after(.seconds(60))
      ) {
        count += 1
        return nil
      }
      #expect(tried == nil)
    }
    #expect(count == 10)
  }

  @Test("Under attack the account answers 429 to strangers and lets in who has used it from that network before")
  func attackedAccount() async throws {
    try await withAccounts { accounts in
      _ = try await accounts.signUp(from: "203.0.113.7")
      var statuses: [Int] = []
      for number in 0..<30 {
        let problem = try await accounts.problem {
          try await accounts.logIn(password: "guess number \(number)", from: Self.address(number))
        }
        statuses.append(problem.status)
      }
      #expect(statuses.count { $0 == 401 } == 10)
      #expect(statuses.suffix(20).allSatisfy { $0 == 429 })

      let stranger = try await accounts.problem { try await accounts.logIn(from: "198.51.100.1") }
      #expect(stranger.status == 429)
      #expect((1...15).contains(stranger.retryAfterSeconds ?? 0))
      // Her other device in the same network, and then from elsewhere after the wait.
      _ = try await accounts.logIn(from: "203.0.113.200")
      accounts.time.advance(seconds: 16)
      _ = try await accounts.logIn(from: "198.51.100.1")
    }
  }

  @Test("A network is no longer known after its time, nor by a session whose token was stolen")
  func forgottenNetwork() async throws {
    let settings = AccountsDriver.quickHashes.merging(
      ["ACCOUNTS_KNOWN_NETWORK_DAYS": "2", "ACCOUNTS_WRONG_PASSWORDS_PER_ACCOUNT": "1"]) { $1 }
    try await withAccounts(settings) { accounts in
      let vera = try await accounts.signUp(from: "203.0.113.7")
      let sofa = try await accounts.logIn(from: "192.0.2.7")
      _ = try await accounts.refresh(sofa.refreshToken, from: "192.0.2.7")
      accounts.time.advance(seconds: 11)
      _ = try await accounts.problem { try await accounts.refresh(sofa.refreshToken, from: "192.0.2.7") }

      func attacked() async throws {
        _ = try await accounts.problem { try await accounts.logIn(password: "all wrong", from: "10.0.0.1") }
      }
      try await attacked()
      #expect(try await accounts.problem { try await accounts.logIn(from: "192.0.2.8") }.status == 429)
      // Refreshed elsewhere, it is elsewhere that is known.
      _ = try await accounts.refresh(vera.refreshToken, from: "198.51.100.7")
      #expect(try await accounts.problem { try await accounts.logIn(from: "203.0.113.7") }.status == 429)
      _ = try await accounts.logIn(from: "198.51.100.9")
      accounts.time.advance(seconds: 2 * 86_400 + 1)
      try await attacked()
      #expect(try await accounts.problem { try await accounts.logIn(from: "198.51.100.9") }.status == 429)
    }
  }

  @Test("A refused guess says so in Retry-After, RateLimit and RateLimit-Policy, for known and unknown addresses alike")
  func headers() async throws {
    try await withAccounts { accounts in
      _ = try await accounts.signUp(from: "203.0.113.7")
      var answers: [[String]] = []
      for (email, network) in [("vera@matinee.example", "10.0.1"), ("nobody@matinee.example", "10.0.2")] {
        let body = try JSON.encode(
          LogIn(email: email, password: "all wrong", device: Device(name: "Sofa", kind: .tv)))
        var last = TransportResponse(status: 0)
        // Both reach their accounts' limit, and neither the overall one.
        for number in 0..<11 {
          last = try await accounts.service.transport.send(
            TransportRequest(
              method: .post, target: "/v1/sessions", headers: [("content-type", "application/json")], body: body,
              context: accounts.context(from: "\(network).\(number)")))
        }
        accounts.time.advance(seconds: 600)
        #expect(last.status == 429)
        #expect(last.header("ratelimit-policy") == #""guesses-at-account";q=10;w=3000"#)
        #expect(last.header("ratelimit")?.hasPrefix(#""guesses-at-account";r=0;t="#) == true)
        answers.append([last.header("retry-after") ?? "", last.problem.detail])
      }
      #expect(answers[0] == answers[1])
    }
  }

  @Test("Sign-ups from one address are limited, those from another are not")
  func signUps() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_SIGN_UPS_PER_ADDRESS": "3"]) { $1 }
    try await withAccounts(settings) { accounts in
      for number in 0..<3 { _ = try await accounts.signUp("viewer\(number)@matinee.example", from: "192.0.2.7") }
      let problem = try await accounts.problem {
        try await accounts.signUp("viewer3@matinee.example", from: "192.0.2.7")
      }
      #expect(problem.status == 429)
      // The clock goes on while three passwords are hashed.
      #expect((200...300).contains(problem.retryAfterSeconds ?? 0))
      _ = try await accounts.signUp("viewer3@matinee.example", from: "192.0.2.8")
      accounts.time.advance(seconds: 301)
      _ = try await accounts.signUp("viewer4@matinee.example", from: "192.0.2.7")
    }
  }

  @Test("Devices are listed with the network they were last used from and when")
  func devices() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.signUp(from: "203.0.113.7")
      let principal = try await accounts.principal(vera.accessToken)
      func listed() async throws -> [LoginSession] {
        try await accounts.service.transport.call(AccountsEndpoints.loginSessions, in: accounts.context(principal))
          .items
      }
      let first = try await listed()
      #expect(first.map(\.network) == ["203.0.113.0/24"])
      accounts.time.advance(seconds: 60)
      _ = try await accounts.refresh(vera.refreshToken, from: "2001:db8:7:8::9")
      let second = try await listed()
      #expect(second.map(\.network) == ["2001:db8:7::/48"])
      #expect(second[0].lastUsedAt.seconds(since: first[0].lastUsedAt) >= 60)
    }
  }
}
