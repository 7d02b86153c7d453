import AccountsAPI
import Contract
import TestKit
import Testing

/// What others read of accounts: the files in `Golden` are what was shipped.
@Suite struct EventGoldenTests {
  @Test("Accounts and profiles read and write as they were shipped")
  func readsShippedJSON() throws {
    let account = try Golden.event(AccountCreated.self)
    #expect(account.accountId.description == "acc_01hzy3v9k2r8m4c6d7e8f9g0h1")
    #expect(account.plan == .premium && account.country == "DE")
    #expect(account.entitlements == nil)
    let later = try JSON.decode(
      AccountCreated.self,
      from: Array(
        #"""
        {"accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","plan":"basic","country":"DE",
         "entitlements":{"streams":1,"maxHeight":720,"profiles":3,"downloads":false,"later":1}}
        """#.utf8))
    #expect(later.entitlements == Entitlements(streams: 1, maxHeight: 720, profiles: 3, downloads: false))

    let plan = try Golden.event(PlanChanged.self)
    #expect(plan.plan == .premium)
    #expect(plan.entitlements == Entitlements(streams: 4, maxHeight: 2160, profiles: 5, downloads: true))

    #expect(try Golden.event(AccountChanged.self).country == "FR")

    let changed = try Golden.event(ProfileChanged.self)
    #expect(changed.maturityLimit == .seven && changed.kids && changed.language == "pt-BR")
    #expect(changed.hasPin == nil && changed.pinVersion == nil)
    let locked = try JSON.decode(
      ProfileChanged.self,
      from: Array(
        #"""
        {"profileId":"prf_01hzy3v9k2r8m4c6d7e8f9g0h1","accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1",
         "maturityLimit":"7","kids":true,"language":"pt-BR","hasPin":true,"pinVersion":3}
        """#.utf8))
    #expect(locked.hasPin == true && locked.pinVersion == 3)

    let pin = try Golden.event(ProfileLocked.self)
    #expect(pin.loginSessionId.description == "lgs_01hzy3v9k2r8m4c6d7e8f9g0h1")

    let bound = try Golden.event(LoginSessionBound.self)
    #expect(bound.kids && bound.version == 2 && bound.profileId?.description == "prf_01hzy3v9k2r8m4c6d7e8f9g0h1")

    let deleted = try Golden.event(ProfileDeleted.self)
    #expect(deleted.profileId.description == "prf_01hzy3v9k2r8m4c6d7e8f9g0h1")
  }

  @Test("An ended log-in session reads and writes as it was shipped, and so does each reason")
  func readsEndedSessions() throws {
    #expect(try Golden.event(LoginSessionEnded.self).reason == .refreshTokenReused)
    for reason in ["refreshTokenReused", "signedOut", "displaced"] {
      #expect(LoginSessionEnded.Reason(rawValue: reason) != nil, "\(reason)")
    }
  }

  @Test("An erased account reads and writes as it was shipped")
  func readsErasedAccount() throws {
    let erased = try Golden.event(AccountErased.self)
    #expect(erased.accountId.description == "acc_01hzy3v9k2r8m4c6d7e8f9g0h1")
    #expect(erased.profileIds.map(\.description) == ["prf_01hzy3v9k2r8m4c6d7e8f9g0h1"])
  }
}
