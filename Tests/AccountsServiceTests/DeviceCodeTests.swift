import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct DeviceCodeTests {
  private func ask(
    _ accounts: AccountsDriver, name: String = "Living room", from address: String = "203.0.113.7"
  ) async throws -> DeviceCode {
    try await accounts.service.transport.call(
      DeviceCodeEndpoints.ask, body: DeviceCodeRequest(device: Device(name: name, kind: .tv)),
      in: accounts.context(from: address))
  }

  private func exchange(_ accounts: AccountsDriver, _ code: DeviceCode) async throws -> LoggedIn {
    try await accounts.service.transport.call(
      DeviceCodeEndpoints.exchange, body: DeviceTokenRequest(deviceCode: code.deviceCode),
      in: accounts.context(from: "203.0.113.7"))
  }

  private func decide(
    _ accounts: AccountsDriver, _ userCode: String, _ decision: DeviceDecision.Decision = .approve,
    as principal: Principal
  ) async throws {
    _ = try await accounts.service.transport.call(
      DeviceCodeEndpoints.decide, UserCodePath(userCode: userCode), body: DeviceDecision(decision: decision),
      in: accounts.context(principal, from: "203.0.113.9"))
  }

  private func waiting(
    _ accounts: AccountsDriver, _ userCode: String, as principal: Principal, from address: String = "203.0.113.9"
  ) async throws -> WaitingDevice {
    try await accounts.service.transport.call(
      DeviceCodeEndpoints.waiting, UserCodePath(userCode: userCode), in: accounts.context(principal, from: address))
  }

  /// The `error` member of RFC 6749.
  private func error(_ accounts: AccountsDriver, _ code: DeviceCode) async throws -> String? {
    try await accounts.problem { try await exchange(accounts, code) }.error
  }

  @Test("A television shows a code, its viewer approves it elsewhere, and it is signed in as a device of hers")
  func journey() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let code = try await ask(accounts)
      #expect(code.userCode.wholeMatch(of: /[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}/) != nil)
      #expect(code.verificationUri == "http://127.0.0.1:8080/#/device")
      #expect(code.verificationUriComplete == "\(code.verificationUri)/\(code.userCode)")
      #expect((code.expiresInSeconds, code.intervalSeconds) == (600, 5))
      let pending = try await accounts.problem { try await exchange(accounts, code) }
      #expect((pending.status, pending.code, pending.error) == (400, "authorization-pending", "authorization_pending"))

      // As one types it.
      let typed = code.userCode.lowercased().replacing("-", with: " ")
      let device = try await waiting(accounts, typed, as: vera)
      #expect(device.device == Device(name: "Living room", kind: .tv))
      #expect(device.network == "203.0.113.0/24")
      try await decide(accounts, typed, as: vera)
      try await decide(accounts, typed, as: vera)

      let loggedIn = try await exchange(accounts, code)
      #expect(loggedIn.account.id == vera.account)
      let principal = try await accounts.principal(loggedIn.accessToken)
      #expect(principal.loginSession == loggedIn.id)
      _ = try await accounts.refresh(loggedIn.refreshToken)
      let devices = try await accounts.service.transport.call(
        AccountsEndpoints.loginSessions, in: accounts.context(principal))
      #expect(devices.items.first { $0.current }?.device.name == "Living room")
      // Good for one.
      #expect(try await error(accounts, code) == "expired_token")
    }
  }

  @Test("A device that asks too often is told to slow down, by five seconds each time")
  func slowDown() async throws {
    try await withAccounts { accounts in
      let code = try await ask(accounts)
      let hurried = try await ask(accounts)
      #expect(try await error(accounts, code) == "authorization_pending")
      let problem = try await accounts.problem { try await exchange(accounts, code) }
      #expect((problem.status, problem.code, problem.error) == (400, "slow-down", "slow_down"))
      #expect(problem.retryAfterSeconds == 10)
      #expect(try await error(accounts, hurried) == "authorization_pending")
      accounts.time.advance(seconds: 6)
      #expect(try await error(accounts, hurried) == "authorization_pending")
      #expect(try await error(accounts, code) == "slow_down")
      accounts.time.advance(seconds: 15)
      #expect(try await error(accounts, code) == "authorization_pending")
    }
  }

  @Test("Codes expire, and an approval that comes too late is none")
  func expiry() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let (late, approved) = (try await ask(accounts), try await ask(accounts))
      try await decide(accounts, approved.userCode, as: vera)
      accounts.time.advance(seconds: 601)
      #expect(try await accounts.problem { try await decide(accounts, late.userCode, as: vera) }.status == 404)
      for code in [late, approved] { #expect(try await error(accounts, code) == "expired_token") }
    }
  }

  @Test("A device that is turned away hears so, and a decision stands")
  func denied() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let otto = try await accounts.newcomer("otto@matinee.example")
      let code = try await ask(accounts)
      try await decide(accounts, code.userCode, .deny, as: vera)
      #expect(try await error(accounts, code) == "access_denied")
      #expect(try await accounts.problem { try await decide(accounts, code.userCode, as: vera) }.status == 409)
      #expect(try await accounts.problem { try await decide(accounts, code.userCode, as: otto) }.status == 404)
      #expect(try await accounts.problem { try await waiting(accounts, code.userCode, as: otto) }.status == 404)
      #expect(try await error(accounts, code) == "access_denied")
    }
  }

  @Test("Of several that ask for the tokens of one approved code at once, one gets them")
  func race() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let code = try await ask(accounts)
      try await decide(accounts, code.userCode, as: vera)
      let won = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 { group.addTask { (try? await exchange(accounts, code)) != nil } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(won == 1)
    }
  }

  @Test("Guessing codes slows down, for the account and for the address; so does asking for them")
  func limits() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_DEVICE_CODES_PER_ADDRESS": "3"]) { $1 }
    try await withAccounts(settings) { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let otto = try await accounts.newcomer("otto@matinee.example")
      let code = try await ask(accounts)
      for _ in 0..<2 { _ = try await ask(accounts) }
      #expect(try await accounts.problem { try await ask(accounts) }.status == 429)
      _ = try await ask(accounts, from: "203.0.113.8")

      func guess(as principal: Principal, from address: String) async throws -> Int {
        try await accounts.problem {
          try await waiting(accounts, "BBBB-CCCC", as: principal, from: address)
        }.status
      }
      // One account from many addresses, then one address for many accounts.
      for number in 0..<5 { #expect(try await guess(as: vera, from: "192.0.2.\(number)") == 404) }
      #expect(try await guess(as: vera, from: "192.0.2.9") == 429)
      #expect(try await accounts.problem { try await decide(accounts, code.userCode, as: vera) }.status == 429)
      for number in 0..<5 {
        let stranger = try await accounts.newcomer("stranger\(number)@matinee.example")
        #expect(try await guess(as: stranger, from: "203.0.113.9") == 404)
      }
      #expect(try await accounts.problem { try await decide(accounts, code.userCode, as: otto) }.status == 429)
      accounts.time.advance(seconds: 30)
      try await decide(accounts, code.userCode, as: otto)
    }
  }

  @Test("No more devices wait than there is room for, and expired ones make room")
  func bounded() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_DEVICE_CODES_MAXIMUM": "2"]) { $1 }
    try await withAccounts(settings) { accounts in
      for number in 1...2 { _ = try await ask(accounts, from: "203.0.113.\(number)") }
      let problem = try await accounts.problem { try await ask(accounts, from: "203.0.113.3") }
      #expect(problem.status == 429)
      accounts.time.advance(seconds: 601)
      _ = try await ask(accounts, from: "203.0.113.3")
    }
  }

  @Test("What is no code is refused with its field; what is no device code is one that has expired")
  func malformed() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      for typed in [
        "BCDF", "BCDF-GHJKL", "AEIO-UYAE", "ＢCDF-GHJK", "BCDF\u{0}GHJK", "👩‍👩‍👧", "\u{202E}BCDFGHJK", "ſCDFGHJK",
      ] {
        let problem = try await accounts.problem { try await waiting(accounts, typed, as: vera) }
        #expect(problem.status == 422, "\(typed)")
        #expect(problem.errors?.map(\.field) == ["userCode"])
      }
      for text in ["", "x", String(repeating: "A", count: 43), "\u{0}", String(repeating: "é", count: 20_000)] {
        let problem = try await accounts.problem {
          try await accounts.service.transport.call(
            DeviceCodeEndpoints.exchange, body: DeviceTokenRequest(deviceCode: text), in: accounts.context())
        }
        #expect((problem.status, problem.error) == (400, "expired_token"))
      }
      for (body, field) in [
        (#"{"device":{"name":"","kind":"tv"}}"#, "device.name"),
        (#"{"device":{"name":"a\u0000","kind":"tv"}}"#, "device.name"),
        (#"{"device":{"name":"a","kind":"fridge"}}"#, "device.kind"), (#"{"device":7}"#, "device"),
        (#"{"device":{"name":"a","kind":"tv"},"admin":true}"#, "admin"),
      ] {
        let answer = try await accounts.service.transport.send(
          TransportRequest(
            method: .post, target: "/v1/device-codes", headers: [("content-type", "application/json")],
            body: Array(body.utf8), context: accounts.context()))
        #expect(answer.status == 422, "\(body)")
        #expect(answer.problem.errors?.map(\.field) == [field])
      }
    }
  }

  @Test("Erasing an account takes along the devices that it let in and that have not asked since")
  func erasure() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let code = try await ask(accounts, name: "Vera's very own television")
      try await decide(accounts, code.userCode, as: vera)
      _ = try await accounts.service.transport.call(
        ErasureEndpoints.erase, body: EraseAccount(password: AccountsDriver.password), in: accounts.context(vera))
      #expect(try await error(accounts, code) == "expired_token")
      let folder = "\(accounts.service.home)/accounts"
      // The write-ahead log is emptied soon after.
      try await eventually {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("accounts.db") }.allSatisfy {
          let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))
          return bytes.range(of: Data("Vera's very own television".utf8)) == nil
        }
      }
    }
  }

  @Test("The device's own code is nowhere in the files")
  func secretAtRest() async throws {
    try await withAccounts { accounts in
      let code = try await ask(accounts)
      let folder = "\(accounts.service.home)/accounts"
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("accounts.db") {
        let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        #expect(bytes.range(of: Data(code.deviceCode.utf8)) == nil)
        #expect(bytes.range(of: Data(Base64URL.decode(code.deviceCode) ?? [])) == nil)
      }
    }
  }
}
