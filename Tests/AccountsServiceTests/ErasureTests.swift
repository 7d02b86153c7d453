import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import StorageKit
import TestKit
import Testing

@testable import AccountsService
@testable import EventKit

extension AccountsDriver {
  func erase(_ password: String = password, as principal: Principal) async throws {
    _ = try await service.transport.call(
      ErasureEndpoints.erase, body: EraseAccount(password: password), in: context(principal))
  }

  func export(_ account: AccountID) async throws -> AccountExport {
    try await service.transport.call(
      ErasureEndpoints.export, AccountPath(account: account), in: context(.service("gateway")))
  }

  /// An event as who has the key of its account reads it.
  func opened(_ event: Event) async throws -> Event {
    let account = try #require(event.header.account)
    let key = try #require(try await eventKey(of: account))
    return try #require(try EventSeal.open(event, with: key))
  }

  /// As a service asks for it; nil where accounts gives none.
  func eventKey(of account: AccountID) async throws -> SealingKey? {
    let answer = try await service.transport.call(
      EventKeyEndpoints.keys, body: EventKeysQuestion(accounts: [account]), in: context(.service("test")))
    return answer.items.first.flatMap { Base64URL.decode($0.key) }.flatMap { SealingKey($0) }
  }

  /// Every byte under the home, by path.
  func files() throws -> [(path: String, bytes: Data)] {
    guard let walker = FileManager.default.enumerator(atPath: service.home) else { return [] }
    return walker.compactMap { $0 as? String }.compactMap { path in
      FileManager.default.contents(atPath: service.home + "/" + path).map { (path, $0) }
    }
  }
}

@Suite("Erasure and export")
struct ErasureTests {
  @Test("A wrong password erases nothing; the right one leaves no log-in, no token and no profile")
  func erases() async throws {
    try await withAccounts { accounts async throws in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      let elsewhere = try await accounts.logIn()
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: principal)
      let before = try await accounts.events().count

      let refused = try await accounts.problem { try await accounts.erase("another password", as: principal) }
      #expect(refused.status == 403)
      #expect(try await accounts.profiles(as: principal).count == 1)
      #expect(try await accounts.events().count == before)

      try await accounts.erase(as: principal)
      let told = try await accounts.events().dropFirst(before)
      let types = told.map(\.header.type)
      #expect(types == [LoginSessionEnded.type, LoginSessionEnded.type, ProfileDeleted.type, AccountErased.type])
      let erased = try #require(try told.last?.body(AccountErased.self))
      #expect(erased.accountId == signedUp.account.id && erased.profileIds == [profile.id])

      #expect(try await accounts.problem { try await accounts.logIn() }.status == 401)
      for token in [signedUp.refreshToken, elsewhere.refreshToken] {
        #expect(try await accounts.problem { try await accounts.refresh(token) }.status == 401)
      }
      #expect(try await accounts.problem { try await accounts.erase(as: principal) }.status == 401)
      #expect(try await accounts.problem { try await accounts.export(signedUp.account.id) }.status == 401)
      // The address is free again, for an account that has nothing of the first.
      let again = try await accounts.signUp()
      #expect(again.account.id != signedUp.account.id)
      #expect(try await accounts.export(again.account.id).profiles.isEmpty)
    }
  }

  @Test("Every table that names accounts is empty of an erased one, also tables that are yet to come")
  func tables() async throws {
    try await withAccounts { accounts async throws in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      _ = try await accounts.logIn()
      _ = try await accounts.createProfile(NewProfile(name: "Vera"), as: principal)
      let database = try openDatabase("\(accounts.service.home)/accounts/accounts.db")
      defer { database.close() }
      func rows() throws -> [String: Int] {
        try database.read { db in
          let tables = try db.rows(
            """
            SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND c.name = 'account_id' ORDER BY t.name LIMIT 1000
            """
          ) { $0.text(0) }
          var counts: [String: Int] = [:]
          for table in tables {
            counts[table] = try db.first(
              "SELECT COUNT(*) FROM \(table) WHERE account_id = ?", signedUp.account.id
            ) { $0.int(0) }
          }
          return counts
        }
      }
      let before = try rows()
      #expect(["event_key", "login_session", "profile"].allSatisfy { (before[$0] ?? 0) > 0 }, "\(before)")
      try await accounts.erase(as: principal)
      let left = try rows().filter { $0.value > 0 }
      #expect(left.isEmpty, "\(left)")
    }
  }

  @Test("No byte of a person is left in any file, and another person's stay")
  func leavesNoByte() async throws {
    try await withAccounts { accounts async throws in
      let password = AccountsDriver.password
      let other = try await accounts.newcomer("kept-person@matinee.example")
      _ = try await accounts.createProfile(NewProfile(name: "Kept Profile Name"), as: other)
      let account = try await accounts.service.transport.call(
        AccountsEndpoints.signUp,
        body: SignUp(
          email: "distinctive-person@matinee.example", password: password, displayName: "Distinctive Display Name",
          country: "DE", plan: .premium),
        in: accounts.context(idempotencyKey: "sign-up-once"))
      let principal = try await accounts.principal(account.accessToken)
      _ = try await accounts.service.transport.call(
        AccountsEndpoints.logIn,
        body: LogIn(
          email: "distinctive-person@matinee.example", password: password,
          device: Device(name: "Distinctive Device Name", kind: .tv)), in: accounts.context())
      for number in 1...4 {
        _ = try await accounts.createProfile(
          NewProfile(name: "Distinctive Profile \(number)"), as: principal, idempotencyKey: "profile-\(number)")
      }
      let renamed = try #require(try await accounts.profiles(as: principal).first)
      _ = try await accounts.service.transport.call(
        AccountsEndpoints.updateProfile, ProfilePath(profile: renamed.id),
        body: ProfileChange(name: "Distinctive Renamed"), in: accounts.context(principal))

      let needles = ["istinctive"].map { Data($0.utf8) }
      #expect(try accounts.files().contains { file in needles.contains { file.bytes.range(of: $0) != nil } })
      try await accounts.erase(as: principal)
      try await eventually {
        try accounts.files().allSatisfy { file in needles.allSatisfy { file.bytes.range(of: $0) == nil } }
      }
      #expect(try await accounts.profiles(as: other).map(\.name) == ["Kept Profile Name"])
      // The key of a sign-up that is no more opens a new account.
      let again = try await accounts.service.transport.call(
        AccountsEndpoints.signUp,
        body: SignUp(
          email: "distinctive-person@matinee.example", password: password, displayName: "Somebody", country: "DE",
          plan: .premium),
        in: accounts.context(idempotencyKey: "sign-up-once"))
      #expect(again.account.id != account.account.id)
    }
  }

  @Test(
    "A body that is none is refused and names the field",
    arguments: [
      ("{}", 422, "password"), (#"{"password":1}"#, 422, "password"), (#"{"password":null}"#, 422, "password"),
      (#"{"password":"x","sure":true}"#, 422, "sure"), (#"{"password":"a","password":"b"}"#, 400, nil), ("", 400, nil),
      ("10 MB", 413, nil),
      (#"{"password":"\#(String(repeating: "p", count: 5000))"}"#, 422, "password"),
    ] as [(String, Int, String?)])
  func badBodies(_ body: String, _ status: Int, _ field: String?) async throws {
    try await withAccounts { accounts async throws in
      let principal = try await accounts.newcomer("vera@matinee.example")
      let answer = try await accounts.service.transport.send(
        TransportRequest(
          method: .delete, target: "/v1/account", headers: [("content-type", "application/json")],
          body: body == "10 MB" ? [UInt8](repeating: 0x70, count: 10_000_000) : Array(body.utf8),
          context: accounts.context(principal)))
      #expect(answer.status == status || (status == 400 && answer.status == 422), "\(answer.status)")
      if let field { #expect(answer.problem.errors?.map(\.field) == [field]) }
      #expect(try await accounts.export(#require(principal.account)).account.displayName == "Vera")
    }
  }

  @Test("The export has the account, its profiles and its devices; nobody but a service may ask for it")
  func export() async throws {
    try await withAccounts { accounts async throws in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      _ = try await accounts.logIn()
      let profile = try await accounts.createProfile(NewProfile(name: "Vera", language: "pt-BR"), as: principal)
      let export = try await accounts.export(signedUp.account.id)
      #expect(export.account.email == "vera@matinee.example")
      #expect(export.profiles == [profile])
      #expect(Set(export.loginSessions.map(\.device.name)).contains("Sofa"))
      let answer = try await accounts.service.transport.send(
        TransportRequest(
          method: .get, target: "/internal/accounts/\(signedUp.account.id)/export",
          context: accounts.context(principal)))
      #expect(answer.status == 403)
    }
  }

  @Test("What events tell of a person is sealed under the account's key, which goes with the account")
  func keys() async throws {
    try await withAccounts { accounts async throws in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      _ = try await accounts.createProfile(NewProfile(name: "Vera", language: "pt-BR"), as: principal)
      let account = signedUp.account.id
      let sealing = try #require(try await accounts.eventKey(of: account))
      #expect(try await accounts.eventKey(of: account) == sealing)
      let told = try await accounts.events()
      let changed = try #require(told.first { $0.header.type == ProfileChanged.type })
      #expect(!String(decoding: changed.json, as: UTF8.self).contains("pt-BR"))
      #expect(try changed.body(ProfileChanged.self)?.language == nil)
      #expect(try EventSeal.open(changed, with: sealing)?.body(ProfileChanged.self)?.language == "pt-BR")
      let created = try #require(told.first { $0.header.type == AccountCreated.type })
      #expect(try created.body(AccountCreated.self)?.country == nil)
      #expect(try EventSeal.open(created, with: sealing)?.body(AccountCreated.self)?.country == "DE")

      let refused = try await accounts.problem {
        try await accounts.service.transport.call(
          EventKeyEndpoints.keys, body: EventKeysQuestion(accounts: [account]), in: accounts.context(principal))
      }
      #expect(refused.status == 403)
      try await accounts.erase(as: principal)
      #expect(try await accounts.eventKey(of: account) == nil)
      let bytes = Data(sealing.bytes)
      try await eventually { try accounts.files().allSatisfy { $0.bytes.range(of: bytes) == nil } }
    }
  }

  @Test("Keys are given of so many accounts at once, and of more the question is refused by name")
  func keysAtOnce() async throws {
    try await withAccounts { accounts async throws in
      let signedUp = try await accounts.signUp()
      let strangers = (1..<EventKeyEndpoints.accountsMaximum).map { AccountID(seed: "stranger \($0)") }
      func answer(_ ids: [AccountID]) async throws -> EventKeysAnswer {
        try await accounts.service.transport.call(
          EventKeyEndpoints.keys, body: EventKeysQuestion(accounts: ids), in: accounts.context(.service("test")))
      }
      #expect(try await answer(strangers + [signedUp.account.id]).items.map(\.account) == [signedUp.account.id])
      let problem = try await accounts.problem { try await answer(strangers + strangers) }
      #expect(problem.status == 422)
      #expect(problem.errors?.first?.field == "accounts")
    }
  }

  @Test("The snapshot names who was erased, for those who begin after the event's retention")
  func snapshot() async throws {
    try await withAccounts { accounts async throws in
      let principal = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: principal)
      try await accounts.erase(as: principal)
      let answer = try await accounts.service.transport.send(
        TransportRequest(method: .get, target: "/internal/snapshot", context: accounts.context(.service("test"))))
      let lines = try answer.body.split(separator: UInt8(ascii: "\n")).map {
        try JSON.decode(AccountsSnapshotLine.self, from: Array($0))
      }
      #expect(lines.compactMap(\.erasedAccount?.profileIds) == [[profile.id]])
      #expect(lines.compactMap(\.account).isEmpty && lines.compactMap(\.profile).isEmpty)
    }
  }
}
