import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct KeyRotationTests {
  private func rotate(_ accounts: AccountsDriver) async throws -> SigningKeyRotation {
    try await accounts.service.transport.call(
      SigningKeyEndpoints.rotate, in: accounts.context(.service("matinee")))
  }

  private func published(_ accounts: AccountsDriver) async throws -> [String] {
    try await accounts.service.transport.call(AccountsEndpoints.jwks, in: accounts.context()).keys.map(\.kid)
  }

  private func keyID(of token: String) throws -> String {
    let header = try #require(Base64URL.decode(String(token.prefix { $0 != "." })))
    struct Header: Decodable { let kid: String }
    return try JSONDecoder().decode(Header.self, from: Data(header)).kid
  }

  /// What a fresh sign-up's token is signed with.
  private func signing(_ accounts: AccountsDriver) async throws -> String {
    let email = "viewer-\(UUID().uuidString)@matinee.example"
    return try keyID(of: await accounts.signUp(email).accessToken)
  }

  private func files(_ accounts: AccountsDriver) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(accounts.service.home)/accounts/keys")
      .filter { $0.hasPrefix("signing") }.sorted()
  }

  @Test("A new key is published at once, signs when it has been announced, and nobody is signed out meanwhile")
  func rotation() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.signUp()
      let old = try keyID(of: vera.accessToken)
      let rotation = try await rotate(accounts)
      #expect(rotation.publishedKeyIds == [rotation.keyId, old])
      #expect(try await published(accounts) == [rotation.keyId, old])
      #expect(abs(rotation.signsFrom.seconds(since: accounts.time.clock.now()) - 300) < 5)

      accounts.time.advance(seconds: 290)
      let between = try await accounts.refresh(vera.refreshToken)
      #expect(try keyID(of: between.accessToken) == old)
      accounts.time.advance(seconds: 11)
      let after = try await accounts.refresh(between.refreshToken)
      #expect(try keyID(of: after.accessToken) == rotation.keyId)
      for token in [between.accessToken, after.accessToken] {
        #expect(try await accounts.principal(token).account == vera.account.id)
      }
    }
  }

  @Test("A key is published for a day after it last signed, then it and its file are gone, also over restarts")
  func retirement() async throws {
    let home = try TestFolder()
    let time = MovableTime()
    var old = ""
    var new = ""
    try await withAccounts(home: home.path, time: time) { accounts in
      old = try await published(accounts)[0]
      new = try await rotate(accounts).keyId
    }
    try await withAccounts(home: home.path, time: time) { (accounts: AccountsDriver) async throws in
      #expect(try await published(accounts) == [new, old])
      #expect(try await signing(accounts) == old)
      accounts.time.advance(seconds: 300 + 86_390)
      #expect(try await published(accounts) == [new, old])
      accounts.time.advance(seconds: 20)
      #expect(try await published(accounts) == [new])
    }
    try await withAccounts(home: home.path, time: time) { accounts in
      #expect(try await published(accounts) == [new])
      try await eventually { try files(accounts) == ["signing-2.key"] }
      #expect(try await signing(accounts) == new)
    }
  }

  @Test("One rotation at a time, and only by the machine's operator")
  func refused() async throws {
    try await withAccounts(AccountsDriver.quickHashes) { accounts in
      let made = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<5 { group.addTask { (try? await rotate(accounts)) != nil } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(made == 1)
      #expect(try await published(accounts).count == 2)
      #expect(try await accounts.problem { try await rotate(accounts) }.status == 409)
      let vera = try await accounts.newcomer("vera@matinee.example")
      let problem = try await accounts.problem {
        try await accounts.service.transport.call(SigningKeyEndpoints.rotate, in: accounts.context(vera))
      }
      #expect(problem.status == 403)
    }
  }

  @Test("No more keys are published than there is room for")
  func bounded() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_KEY_ANNOUNCE_SECONDS": "0"]) { $1 }
    try await withAccounts(settings) { accounts in
      for _ in 0..<15 { _ = try await rotate(accounts) }
      #expect(try await accounts.problem { try await rotate(accounts) }.status == 409)
      #expect(try await published(accounts).count == 16)
      accounts.time.advance(seconds: 86_401)
      _ = try await rotate(accounts)
      #expect(try await published(accounts).count == 2)
    }
  }

  @Test("A key added by hand is announced at the next start, and one whose file is lost is forgotten")
  func byHand() async throws {
    let home = try TestFolder()
    var first = ""
    try await withAccounts(home: home.path) { accounts in first = try await published(accounts)[0] }
    let folder = "\(home.path)/accounts/keys"
    try Data(Sodium.randomBytes(32)).write(to: URL(filePath: "\(folder)/signing-7.key"))
    chmod("\(folder)/signing-7.key", 0o600)
    try await withAccounts(home: home.path) { (accounts: AccountsDriver) async throws in
      #expect(try await published(accounts).count == 2)
      #expect(try await signing(accounts) == first)
    }
    try FileManager.default.removeItem(atPath: "\(folder)/signing-1.key")
    try await withAccounts(home: home.path) { accounts in
      let left = try await published(accounts)
      #expect(left.count == 1)
      #expect(try await signing(accounts) == left[0])
    }
  }
}
