import AccountsAPI
import ClientKit
import Contract
import SecurityKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct BindingTests {
  /// An account with a grown-up's profile and a kids' one.
  private struct Family {
    let accounts: AccountsDriver
    let vera: Principal
    let grown: Profile
    let kim: Profile
  }

  private func withFamily(_ body: (Family) async throws -> Void) async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      try await body(
        Family(
          accounts: accounts, vera: vera, grown: try await accounts.createProfile(NewProfile(name: "Vera"), as: vera),
          kim: try await accounts.createProfile(NewProfile(name: "Kim", kids: true), as: vera)))
    }
  }

  @Test("Bound to a profile, the new access token and every refreshed one say so")
  func claims() async throws {
    try await withFamily { (family: Family) async throws in
      let accounts = family.accounts
      let logIn = try await accounts.logIn()
      let sofa = try await accounts.principal(logIn.accessToken)
      #expect(try await accounts.claims(logIn.accessToken).binding == .none)
      let bound = try await accounts.bind(BindProfile(profileId: family.kim.id), as: sofa)
      #expect(bound.profile == family.kim)
      let binding = try await accounts.claims(bound.accessToken).binding
      #expect(binding == ProfileBinding(profile: family.kim.id, kids: true, version: 1))
      let refreshed = try await accounts.refresh(logIn.refreshToken)
      #expect(try await accounts.claims(refreshed.accessToken).binding == binding)
      let told = try await accounts.bindings()
      #expect(told.count == 1 && told[0].kids && told[0].profileId == family.kim.id && told[0].version == 1)
      // Said again, it is no news.
      _ = try await accounts.bind(BindProfile(profileId: family.kim.id), as: sofa)
      #expect(try await accounts.bindings().count == 1)
      // Another device is not concerned.
      _ = try await accounts.bind(BindProfile(profileId: family.grown.id), as: family.vera)
    }
  }

  @Test("A kids' profile is left with the account's password, and with nothing else where there is no PIN")
  func leavingByPassword() async throws {
    try await withFamily { (family: Family) async throws in
      let (accounts, sofa) = (family.accounts, try await family.accounts.principal(family.accounts.logIn().accessToken))
      _ = try await accounts.bind(BindProfile(profileId: family.kim.id), as: sofa)
      let ways = [
        BindProfile(profileId: family.grown.id), BindProfile(profileId: nil),
        BindProfile(profileId: family.grown.id, pin: "1234"), BindProfile(profileId: nil, pin: "1234"),
      ]
      for way in ways {
        let refused = try await accounts.problem { try await accounts.bind(way, as: sofa) }
        #expect(refused.status == 403 && refused.code == "kids-profile")
      }
      let wrong = try await accounts.problem {
        try await accounts.bind(BindProfile(profileId: family.grown.id, password: "not the password"), as: sofa)
      }
      #expect(wrong.status == 403 && wrong.code == "wrong-password")
      #expect(try await accounts.bindings().count == 1)
      let left = try await accounts.bind(
        BindProfile(profileId: nil, password: AccountsDriver.password), as: sofa)
      #expect(try await accounts.claims(left.accessToken).binding == .init(profile: nil, kids: false, version: 2))
      #expect(try await accounts.bind(BindProfile(profileId: family.grown.id), as: sofa).profile == family.grown)
    }
  }

  @Test("A kids' profile is left with the PIN of the profile one goes to, even where that was unlocked before")
  func leavingByPIN() async throws {
    try await withFamily { (family: Family) async throws in
      let (accounts, sofa) = (family.accounts, try await family.accounts.principal(family.accounts.logIn().accessToken))
      try await accounts.setPIN("4711", on: family.grown.id, as: family.vera)
      let locked = try await accounts.problem {
        try await accounts.bind(BindProfile(profileId: family.grown.id), as: sofa)
      }
      #expect(locked.status == 403 && locked.code == "profile-locked")
      _ = try await accounts.bind(BindProfile(profileId: family.grown.id, pin: "4711"), as: sofa)
      #expect(try await accounts.isUnlocked(family.grown.id, for: sofa))
      _ = try await accounts.bind(BindProfile(profileId: family.kim.id), as: sofa)
      for (pin, code) in [(nil, "kids-profile"), ("0000", "wrong-pin")] as [(String?, String)] {
        let refused = try await accounts.problem {
          try await accounts.bind(BindProfile(profileId: family.grown.id, pin: pin), as: sofa)
        }
        #expect(refused.status == 403 && refused.code == code)
      }
      _ = try await accounts.bind(BindProfile(profileId: family.grown.id, pin: "4711"), as: sofa)
      #expect(try await accounts.bindings().map(\.kids) == [false, true, false])
    }
  }

  @Test("Tries of PINs by way of leaving are counted with all others")
  func tries() async throws {
    try await withFamily { (family: Family) async throws in
      let (accounts, sofa) = (family.accounts, try await family.accounts.principal(family.accounts.logIn().accessToken))
      try await accounts.setPIN("4711", on: family.grown.id, as: family.vera)
      _ = try await accounts.bind(BindProfile(profileId: family.kim.id), as: sofa)
      var codes: [Int] = []
      for _ in 0..<6 {
        codes.append(
          try await accounts.problem {
            try await accounts.bind(BindProfile(profileId: family.grown.id, pin: "0000"), as: sofa)
          }.status)
      }
      #expect(codes == [403, 403, 403, 403, 403, 429])
    }
  }

  @Test("A profile that becomes a kids' one binds its sessions at once; a kids' profile that is deleted signs them out")
  func profileChanges() async throws {
    try await withFamily { (family: Family) async throws in
      let accounts = family.accounts
      let sofa = try await accounts.logIn()
      let tablet = try await accounts.logIn()
      _ = try await accounts.bind(BindProfile(profileId: family.grown.id), as: accounts.principal(sofa.accessToken))
      _ = try await accounts.bind(BindProfile(profileId: family.kim.id), as: accounts.principal(tablet.accessToken))
      let context = accounts.context(family.vera)
      let path = ProfilePath(profile: family.grown.id)
      _ = try await accounts.service.transport.call(
        AccountsEndpoints.updateProfile, path, body: ProfileChange(kids: true), in: context)
      let told = try #require(try await accounts.bindings().last)
      #expect(told.kids && told.loginSessionId == sofa.id && told.version == 2)
      _ = try await accounts.service.transport.call(
        AccountsEndpoints.updateProfile, path, body: ProfileChange(kids: false), in: context)
      #expect(try await accounts.bindings().last?.kids == false)

      _ = try await accounts.service.transport.call(AccountsEndpoints.deleteProfile, path, in: context)
      #expect(try await accounts.bindings().last?.profileId == nil)
      _ = try await accounts.refresh(sofa.refreshToken)
      _ = try await accounts.service.transport.call(
        AccountsEndpoints.deleteProfile, ProfilePath(profile: family.kim.id), in: context)
      #expect(try await accounts.problem { try await accounts.refresh(tablet.refreshToken) }.status == 401)
      let ended = try await accounts.events().compactMap { try $0.body(LoginSessionEnded.self) }
      #expect(ended.map(\.loginSessionId) == [tablet.id])
    }
  }

  @Test("Only the profile that the gateway names is listed, where it names one")
  func list() async throws {
    try await withFamily { (family: Family) async throws in
      var kids = family.vera
      kids.profile = family.kim.id
      #expect(try await family.accounts.profiles(as: kids) == [family.kim])
      #expect(try await family.accounts.profiles(as: family.vera).count == 2)
    }
  }

  @Test("Another account's profile and one that is not there cannot be bound to")
  func foreign() async throws {
    try await withFamily { (family: Family) async throws in
      let otto = try await family.accounts.newcomer("otto@matinee.example")
      for id in [family.kim.id, ProfileID(seed: "nobody's")] {
        let refused = try await family.accounts.problem {
          try await family.accounts.bind(BindProfile(profileId: id, password: AccountsDriver.password), as: otto)
        }
        #expect(refused.status == 404)
      }
      #expect(try await family.accounts.bindings().isEmpty)
    }
  }

  @Test("The snapshot has the sessions that were bound while tokens from before may live")
  func snapshot() async throws {
    try await withFamily { (family: Family) async throws in
      _ = try await family.accounts.bind(BindProfile(profileId: family.kim.id), as: family.vera)
      func bound() async throws -> [LoginSessionBound] {
        let answer = try await family.accounts.service.transport.send(
          TransportRequest(
            method: .get, target: "/internal/snapshot", context: family.accounts.context(.service("gateway"))))
        return try answer.body.split(separator: UInt8(ascii: "\n")).compactMap {
          try JSON.decode(AccountsSnapshotLine.self, from: Array($0)).boundLoginSession
        }
      }
      #expect(try await bound().map(\.profileId) == [family.kim.id])
      family.accounts.time.advance(seconds: 400)
      #expect(try await bound().isEmpty)
    }
  }

  @Test(
    "What is no profile's id, no PIN or no password is refused by its field",
    arguments: [
      (#"{"profileId":"acc_7f5xydq8jz7s8rqe0k2wn5k9m3"}"#, "profileId"), (#"{"profileId":7}"#, "profileId"),
      (#"{"profileId":"prf_\u0000"}"#, "profileId"), (#"{"pin":"١٢٣٤"}"#, "pin"), (#"{"pin":4711}"#, "pin"),
      (#"{"password":["x"]}"#, "password"), (#"{"profile":"x"}"#, "profile"),
    ])
  func badInput(body: String, field: String) async throws {
    try await withFamily { (family: Family) async throws in
      let answer = try await family.accounts.service.transport.send(
        TransportRequest(
          method: .put, target: "/v1/sessions/current/profile", headers: [("content-type", "application/json")],
          body: Array(body.utf8), context: family.accounts.context(family.vera)))
      #expect([400, 422].contains(answer.status), "\(body): \(answer.status)")
      #expect(answer.problem.errors?.map(\.field) == [field], "\(body)")
    }
  }
}

extension AccountsDriver {
  func bind(_ request: BindProfile, as principal: Principal) async throws -> BoundProfile {
    try await service.transport.call(ProfileBindingEndpoints.bindProfile, body: request, in: context(principal))
  }

  func claims(_ accessToken: String) async throws -> AccessClaims {
    let set = try await service.transport.call(AccountsEndpoints.jwks, in: context())
    let keys = VerifyingKeys(set.keys.compactMap { VerifyingKey(x: $0.x) })
    return try AccessToken.verify(accessToken, keys: keys, now: time.clock.now())
  }

  /// What was told of bound sessions.
  func bindings() async throws -> [LoginSessionBound] {
    try await events().compactMap { try $0.body(LoginSessionBound.self) }
  }
}
