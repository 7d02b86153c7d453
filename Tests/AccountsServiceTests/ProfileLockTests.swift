import AccountsAPI
import ClientKit
import Contract
import Foundation
import TestKit
import Testing

@testable import AccountsService

@Suite struct ProfileLockTests {
  @Test("A PIN locks a profile for every log-in session but the one that set it, until each enters it")
  func life() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let sofa = try await accounts.principal(accounts.logIn().accessToken)
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      #expect(!profile.hasPin && profile.pinVersion == 0)
      #expect(try await accounts.isUnlocked(profile.id, for: sofa))

      try await accounts.setPIN("4711", on: profile.id, as: vera)
      let locked = try await accounts.profiles(as: sofa)
      #expect(locked.map(\.hasPin) == [true] && locked.map(\.pinVersion) == [1])
      #expect(try await accounts.isUnlocked(profile.id, for: vera))
      #expect(try await !accounts.isUnlocked(profile.id, for: sofa))

      let wrong = try await accounts.problem { try await accounts.unlock(profile.id, "4712", as: sofa) }
      #expect(wrong.status == 403 && wrong.code == "wrong-pin" && wrong.errors?.map(\.field) == ["pin"])
      #expect(try await !accounts.isUnlocked(profile.id, for: sofa))
      try await accounts.unlock(profile.id, "4711", as: sofa)
      #expect(try await accounts.isUnlocked(profile.id, for: sofa))

      // Another PIN locks again what the old one unlocked.
      try await accounts.setPIN("081508", on: profile.id, as: vera)
      #expect(try await !accounts.isUnlocked(profile.id, for: sofa))
      let old = try await accounts.problem { try await accounts.unlock(profile.id, "4711", as: sofa) }
      #expect(old.code == "wrong-pin")

      try await accounts.removePIN(from: profile.id, as: sofa)
      #expect(try await accounts.isUnlocked(profile.id, for: sofa))
      #expect(try await accounts.profiles(as: vera).map(\.hasPin) == [false])
      let events = try await accounts.events().compactMap { try $0.body(ProfileChanged.self) }
      #expect(events.map(\.hasPin) == [false, true, true, false])
      #expect(events.map(\.pinVersion) == [0, 1, 2, 3])
      let locks = try await accounts.events().compactMap { try $0.body(ProfileLocked.self) }
      #expect(locks.map(\.loginSessionId) == [vera.loginSession, vera.loginSession])
    }
  }

  @Test("A locked profile is neither changed nor deleted before it is unlocked")
  func ownRoutes() async throws {
    try await withAccounts { accounts in
      let transport = accounts.service.transport
      let vera = try await accounts.newcomer("vera@matinee.example")
      let sofa = try await accounts.principal(accounts.logIn().accessToken)
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      try await accounts.setPIN("4711", on: profile.id, as: vera)
      let (path, context) = (ProfilePath(profile: profile.id), accounts.context(sofa))
      let refusals = [
        try await accounts.problem {
          try await transport.call(
            AccountsEndpoints.updateProfile, path, body: ProfileChange(maturityLimit: .all), in: context)
        },
        try await accounts.problem { try await transport.call(AccountsEndpoints.deleteProfile, path, in: context) },
      ]
      #expect(refusals.map(\.status) == [403, 403] && refusals.map(\.code) == ["profile-locked", "profile-locked"])
      #expect(try await accounts.profiles(as: vera).map(\.maturityLimit) == [.eighteen])
      try await accounts.unlock(profile.id, "4711", as: sofa)
      _ = try await transport.call(AccountsEndpoints.deleteProfile, path, in: context)
      #expect(try await accounts.profiles(as: vera).isEmpty)
    }
  }

  @Test("Setting and removing a PIN ask for the account's password; wrong ones change nothing and are limited")
  func password() async throws {
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_WRONG_PASSWORDS_PER_ACCOUNT": "3"]) { $1 }
    try await withAccounts(settings) { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      try await accounts.setPIN("4711", on: profile.id, as: vera)
      var refusals: [Problem] = []
      for _ in 0..<4 {
        refusals.append(
          try await accounts.problem {
            try await accounts.setPIN("1234", on: profile.id, password: "not the password", as: vera)
          })
      }
      #expect(refusals.map(\.status) == [403, 403, 403, 429])
      #expect(refusals[0].code == "wrong-password")
      let removal = try await accounts.problem {
        try await accounts.removePIN(from: profile.id, password: "not the password", as: vera)
      }
      #expect(removal.status == 429)
      #expect(try await accounts.profiles(as: vera).map(\.pinVersion) == [1])
    }
  }

  @Test("Five tries, then growing waits; a right PIN begins anew, and a restart forgets nothing")
  func tries() async throws {
    let folder = try TestFolder()
    let time = MovableTime()
    var sofa: Principal?
    var profile: ProfileID?
    func wrong(_ accounts: AccountsDriver) async throws -> Problem {
      try await accounts.problem { try await accounts.unlock(#require(profile), "0000", as: #require(sofa)) }
    }
    try await withAccounts(home: folder.path, time: time) { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      sofa = try await accounts.principal(accounts.logIn().accessToken)
      profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera).id
      try await accounts.setPIN("4711", on: #require(profile), as: vera)
      for _ in 0..<5 { #expect(try await wrong(accounts).code == "wrong-pin") }
      let limited = try await wrong(accounts)
      #expect(limited.status == 429 && (limited.retryAfterSeconds ?? 0) <= 30)
      // Even the right one has to wait.
      let right = try await accounts.problem {
        try await accounts.unlock(#require(profile), "4711", as: #require(sofa))
      }
      #expect(right.status == 429)
      time.advance(seconds: 31)
      #expect(try await wrong(accounts).code == "wrong-pin")
      time.advance(seconds: 31)
      #expect(try await wrong(accounts).status == 429)
    }
    try await withAccounts(home: folder.path, time: time) { accounts in
      #expect(try await wrong(accounts).status == 429)
      time.advance(seconds: 31)
      try await accounts.unlock(#require(profile), "4711", as: #require(sofa))
      #expect(try await wrong(accounts).code == "wrong-pin")
    }
  }

  @Test("Of forty wrong PINs at once five are looked at")
  func atOnce() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      try await accounts.setPIN("4711", on: profile.id, as: vera)
      let statuses = await withTaskGroup(of: Int.self) { group in
        for _ in 0..<40 {
          group.addTask {
            do {
              try await accounts.unlock(profile.id, "0000", as: vera)
              return 204
            } catch {
              return (error as? Problem)?.status ?? 0
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.count { $0 == 403 } == 5)
      #expect(statuses.count { $0 == 429 } == 35)
    }
  }

  @Test("The waits grow and stay below an hour")
  func waits() {
    #expect((0..<5).map(PINTries.waitSeconds) == [0, 0, 0, 0, 0])
    #expect((5...8).map(PINTries.waitSeconds) == [30, 60, 120, 240])
    #expect(PINTries.waitSeconds(after: 1_000_000) == 3600)
  }

  @Test("Another account's profile is not found, whatever is done to its PIN")
  func foreign() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let otto = try await accounts.newcomer("otto@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      for id in [profile.id, ProfileID(seed: "nobody's")] {
        let problems = [
          try await accounts.problem { try await accounts.setPIN("4711", on: id, as: otto) },
          try await accounts.problem { try await accounts.removePIN(from: id, as: otto) },
          try await accounts.problem { try await accounts.unlock(id, "4711", as: otto) },
        ]
        #expect(problems.map(\.status) == [404, 404, 404])
      }
      #expect(try await accounts.profiles(as: vera) == [profile])
      let state = try await accounts.problem {
        try await accounts.service.transport.call(
          ProfileLockEndpoints.lockState, LockPath(profile: profile.id, session: LoginSessionID(seed: "x")),
          in: accounts.context(vera))
      }
      #expect(state.status == 403)
    }
  }

  @Test(
    "A PIN that is none is refused by its field",
    arguments: [
      "", "123", "123456789", "12 4", "12a4", "１２３４", "١٢٣٤", "1234\u{0}", "12\u{202E}34", "🔒🔒🔒🔒", "-123",
      "+1234",
    ])
  func badPINs(pin: String) async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      let problems = [
        try await accounts.problem { try await accounts.setPIN(pin, on: profile.id, as: vera) },
        try await accounts.problem { try await accounts.unlock(profile.id, pin, as: vera) },
      ]
      #expect(problems.map(\.status) == [422, 422])
      #expect(problems.allSatisfy { $0.errors?.map(\.field) == ["pin"] })
    }
  }

  @Test("A body that is too long, of other types or with a key twice is refused, and nothing is locked")
  func badBodies() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      let long = String(repeating: "1", count: 10_000_000)
      let password = AccountsDriver.password
      let bodies = [
        #"{"pin":4711,"password":"\#(password)"}"#, #"{"pin":["4711"],"password":"\#(password)"}"#,
        #"{"pin":"4711"}"#, #"{"password":"\#(password)"}"#, #"{"pin":"4711","password":"x","hint":"me"}"#,
        #"{"pin":"4711","pin":"4712","password":"\#(password)"}"#, #"{"pin":"\#(long)","password":"x"}"#,
      ]
      for body in bodies {
        let answer = try await accounts.service.transport.send(
          TransportRequest(
            method: .put, target: "/v1/profiles/\(profile.id)/pin", headers: [("content-type", "application/json")],
            body: Array(body.utf8), context: accounts.context(vera)))
        #expect([400, 413, 422].contains(answer.status), "\(body.prefix(80)): \(answer.status)")
      }
      #expect(try await accounts.profiles(as: vera) == [profile])
    }
  }

  @Test("An avatar is one of the set; without a choice it is one that no sibling has")
  func avatars() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      var made: [Profile] = []
      for number in 0..<3 {
        made.append(try await accounts.createProfile(NewProfile(name: "Profile \(number)"), as: vera))
      }
      #expect(Set(made.map(\.avatar)).count == 3)
      let chosen = try await accounts.createProfile(NewProfile(name: "Owl", avatar: .owl), as: vera)
      #expect(chosen.avatar == .owl)
      let path = ProfilePath(profile: chosen.id)
      let changed = try await accounts.service.transport.call(
        AccountsEndpoints.updateProfile, path, body: ProfileChange(avatar: .kite), in: accounts.context(vera))
      #expect(changed.avatar == .kite && changed.name == "Owl")
      for text in ["fox.svg", "../fox", "Fox", "🦊", "fox\\u0000", ""] {
        let answer = try await accounts.service.transport.send(
          TransportRequest(
            method: .patch, target: "/v1/profiles/\(chosen.id)", headers: [("content-type", "application/json")],
            body: Array(#"{"avatar":"\#(text)"}"#.utf8), context: accounts.context(vera)))
        #expect(answer.status == 422 && answer.problem.errors?.map(\.field) == ["avatar"], "\(text)")
      }
      #expect(try await accounts.profiles(as: vera).last == changed)
    }
  }
}

extension AccountsDriver {
  func setPIN(
    _ pin: String, on profile: ProfileID, password: String = password, as principal: Principal
  ) async throws {
    _ = try await service.transport.call(
      ProfileLockEndpoints.setPIN, ProfilePath(profile: profile), body: SetPIN(pin: pin, password: password),
      in: context(principal))
  }

  func removePIN(from profile: ProfileID, password: String = password, as principal: Principal) async throws {
    _ = try await service.transport.call(
      ProfileLockEndpoints.removePIN, ProfilePath(profile: profile), body: RemovePIN(password: password),
      in: context(principal))
  }

  func unlock(_ profile: ProfileID, _ pin: String, as principal: Principal) async throws {
    _ = try await service.transport.call(
      ProfileLockEndpoints.unlock, ProfilePath(profile: profile), body: Unlock(pin: pin), in: context(principal))
  }

  /// As the gateway hears it.
  func isUnlocked(_ profile: ProfileID, for principal: Principal) async throws -> Bool {
    guard let session = principal.loginSession else { return false }
    return try await service.transport.call(
      ProfileLockEndpoints.lockState, LockPath(profile: profile, session: session), in: context(.service("gateway"))
    ).isUnlocked
  }
}
