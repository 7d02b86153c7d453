import AccountsAPI
import Contract
import TestKit
import Testing

@testable import AccountsService

@Suite struct RefreshTests {
  private func ended(_ accounts: AccountsDriver) async throws -> [LoginSessionEnded] {
    try await accounts.events().compactMap { try $0.body(LoginSessionEnded.self) }
  }

  @Test("A refresh gives new tokens of the same log-in session, time and again")
  func rotation() async throws {
    try await withAccounts { accounts in
      _ = try await accounts.signUp()
      let loggedIn = try await accounts.logIn()
      var token = loggedIn.refreshToken
      for _ in 0..<5 {
        accounts.time.advance(seconds: 240)
        let refreshed = try await accounts.refresh(token)
        #expect(refreshed.refreshToken != token)
        #expect(try await accounts.principal(refreshed.accessToken).loginSession == loggedIn.id)
        token = refreshed.refreshToken
      }
    }
  }

  @Test("A token says the account's country as it was when it was made, and the next one as it is then")
  func country() async throws {
    try await withAccounts { accounts in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      #expect(principal.territory == Territory("DE"))
      _ = try await accounts.update(AccountChange(country: "fr"), as: principal)
      #expect(try await accounts.principal(accounts.logIn().accessToken).territory == Territory("FR"))
      let refreshed = try await accounts.refresh(signedUp.refreshToken)
      #expect(try await accounts.principal(refreshed.accessToken).territory == Territory("FR"))
    }
  }

  @Test("A token that is used again within the grace gets the same successor and harms nobody")
  func grace() async throws {
    // Long enough that a busy machine does not use it up.
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_REFRESH_GRACE_SECONDS": "60"]) { $1 }
    try await withAccounts(settings) { accounts in
      let token = try await accounts.signUp().refreshToken
      let first = try await accounts.refresh(token)
      accounts.time.advance(seconds: 30)
      let second = try await accounts.refresh(token)
      #expect(first.refreshToken == second.refreshToken)
      _ = try await accounts.refresh(second.refreshToken)
      #expect(try await ended(accounts).isEmpty)
    }
  }

  @Test("Two tabs that refresh at the same moment get the same successor")
  func concurrent() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_REFRESH_GRACE_SECONDS": "60"]) { $1 }
    try await withAccounts(settings) { accounts in
      let token = try await accounts.signUp().refreshToken
      let successors = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 { group.addTask { try await accounts.refresh(token).refreshToken } }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(successors.count == 1)
    }
  }

  @Test("A replaced token that comes back later ends the whole log-in session, once, and tells it")
  func reuse() async throws {
    try await withAccounts { accounts in
      _ = try await accounts.signUp()
      let loggedIn = try await accounts.logIn()
      let other = try await accounts.logIn()
      let newest = try await accounts.refresh(loggedIn.refreshToken)
      accounts.time.advance(seconds: 11)
      for token in [loggedIn.refreshToken, newest.refreshToken, loggedIn.refreshToken] {
        #expect(try await accounts.problem { try await accounts.refresh(token) }.status == 401)
      }
      let events = try await ended(accounts)
      #expect(events.map(\.loginSessionId) == [loggedIn.id])
      #expect(events.map(\.reason) == [.refreshTokenReused])
      _ = try await accounts.refresh(other.refreshToken)
    }
  }

  @Test("The token before the last is reuse even within the grace, and so is the first of a month ago")
  func oldReuse() async throws {
    try await withAccounts { accounts in
      let first = try await accounts.signUp().refreshToken
      let second = try await accounts.refresh(first)
      _ = try await accounts.refresh(second.refreshToken)
      _ = try await accounts.problem { try await accounts.refresh(first) }
      #expect(try await ended(accounts).count == 1)

      let old = try await accounts.logIn().refreshToken
      var token = old
      for _ in 0..<30 {
        accounts.time.advance(seconds: 86_400)
        token = try await accounts.refresh(token).refreshToken
      }
      _ = try await accounts.problem { try await accounts.refresh(old) }
      #expect(try await ended(accounts).count == 2)
      #expect(try await accounts.problem { try await accounts.refresh(token) }.status == 401)
    }
  }

  @Test("Of a thousand replaced tokens that come again every one is caught, and ends its session and no other")
  func everyReuse() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_LOGIN_SESSIONS_MAXIMUM": "1000"]) { $1 }
    try await withAccounts(settings) { accounts in
      let kept = try await accounts.signUp()
      let principal = try await accounts.principal(kept.accessToken)
      let stolen = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<9 {
          group.addTask {
            var tokens: [String] = []
            for _ in 0..<111 {
              let token = try await accounts.logIn().refreshToken
              _ = try await accounts.refresh(token)
              tokens.append(token)
            }
            return tokens
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      accounts.time.advance(seconds: 11)
      let caught = try await withThrowingTaskGroup(of: Bool.self) { group in
        for token in stolen {
          group.addTask { try await accounts.problem { try await accounts.refresh(token) }.status == 401 }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(caught == 999)
      #expect(try await ended(accounts).allSatisfy { $0.reason == .refreshTokenReused })
      let left = try await accounts.service.transport.call(
        AccountsEndpoints.loginSessions, in: accounts.context(principal))
      #expect(left.items.map(\.id) == [try #require(principal.loginSession)])
      _ = try await accounts.refresh(kept.refreshToken)
    }
  }

  @Test("A session that nobody refreshes for sixty days is over; so is any after a year")
  func expiry() async throws {
    try await withAccounts { accounts in
      var token = try await accounts.signUp().refreshToken
      accounts.time.advance(seconds: 61 * 86_400)
      #expect(try await accounts.problem { try await accounts.refresh(token) }.status == 401)
      #expect(try await ended(accounts).isEmpty)

      token = try await accounts.logIn().refreshToken
      for _ in 0..<7 {
        accounts.time.advance(seconds: 50 * 86_400)
        token = try await accounts.refresh(token).refreshToken
      }
      accounts.time.advance(seconds: 20 * 86_400)
      #expect(try await accounts.problem { try await accounts.refresh(token) }.status == 401)
    }
  }

  @Test("Forged and garbled tokens are refused and end nothing")
  func forged() async throws {
    try await withAccounts { accounts in
      let token = try await accounts.signUp().refreshToken
      let parts = token.split(separator: ".")
      let other = try await accounts.logIn().refreshToken.split(separator: ".")
      for text in [
        "", "x", token + "A", String(token.dropLast()), parts.dropLast().joined(separator: "."),
        "\(parts[0]).\(parts[1]).\(other[2]).\(parts[3])", "\(other[0]).\(parts[1]).\(parts[2]).\(parts[3])",
        token.replacing(".1.", with: ".0."), String(repeating: "A", count: 10_000),
      ] {
        #expect(try await accounts.problem { try await accounts.refresh(text) }.status == 401)
      }
      #expect(try await ended(accounts).isEmpty)
      _ = try await accounts.refresh(token)
    }
  }

  @Test("Devices are listed, signed out one by one or all others, and another account's is not found")
  func devices() async throws {
    try await withAccounts { accounts in
      let transport = accounts.service.transport
      let vera = try await accounts.signUp()
      accounts.time.advance(seconds: 1)
      let sofa = try await accounts.logIn()
      accounts.time.advance(seconds: 1)
      let phone = try await accounts.logIn()
      let principal = try await accounts.principal(phone.accessToken)
      let context = accounts.context(principal)
      let listed = try await transport.call(AccountsEndpoints.loginSessions, in: context).items
      #expect(listed.map(\.current) == [true, false, false])
      #expect(listed[1].id == sofa.id)
      #expect(listed[1].device == Device(name: "Sofa", kind: .tv))

      let otto = try await accounts.newcomer("otto@matinee.example")
      let problem = try await accounts.problem {
        try await transport.call(
          AccountsEndpoints.logOut, LoginSessionPath(session: sofa.id), in: accounts.context(otto))
      }
      #expect(problem.status == 404)

      _ = try await transport.call(AccountsEndpoints.logOut, LoginSessionPath(session: sofa.id), in: context)
      #expect(try await accounts.problem { try await accounts.refresh(sofa.refreshToken) }.status == 401)
      _ = try await transport.call(AccountsEndpoints.logOutOthers, in: context)
      #expect(try await accounts.problem { try await accounts.refresh(vera.refreshToken) }.status == 401)
      _ = try await accounts.refresh(phone.refreshToken)
      #expect(try await transport.call(AccountsEndpoints.loginSessions, in: context).items.map(\.id) == [phone.id])
      #expect(try await ended(accounts).map(\.reason) == [.signedOut, .signedOut])
    }
  }

  @Test("One log-in session more than an account may have displaces the one unused for longest")
  func displaced() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_LOGIN_SESSIONS_MAXIMUM": "2"]) { $1 }
    try await withAccounts(settings) { accounts in
      let first = try await accounts.signUp()
      accounts.time.advance(seconds: 1)
      let second = try await accounts.logIn()
      accounts.time.advance(seconds: 1)
      let refreshed = try await accounts.refresh(first.refreshToken)
      accounts.time.advance(seconds: 1)
      _ = try await accounts.logIn()
      #expect(try await ended(accounts).map(\.loginSessionId) == [second.id])
      #expect(try await ended(accounts).map(\.reason) == [.displaced])
      _ = try await accounts.refresh(refreshed.refreshToken)
    }
  }
}
