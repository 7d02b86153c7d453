import AccountsAPI
import Contract
import Testing

@Suite struct EventGoldenTests {
  @Test("Events that were shipped are read, with members of later versions passed over")
  func readsShippedJSON() throws {
    let account = try JSON.decode(
      AccountCreated.self,
      from: Array(#"{"accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","plan":"premium","country":"DE","later":1}"#.utf8))
    #expect(AccountCreated.type == "accounts.account.created.v1")
    #expect(account.accountId.description == "acc_01hzy3v9k2r8m4c6d7e8f9g0h1")
    #expect(account.plan == .premium)
    #expect(account.country == "DE")
    #expect(account.entitlements == nil)
    let later = try JSON.decode(
      AccountCreated.self,
      from: Array(
        #"""
        {"accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","plan":"basic","country":"DE",
         "entitlements":{"streams":1,"maxHeight":720,"profiles":3,"downloads":false,"later":1}}
        """#.utf8))
    #expect(later.entitlements == Entitlements(streams: 1, maxHeight: 720, profiles: 3, downloads: false))

    let plan = try JSON.decode(
      PlanChanged.self,
      from: Array(
        #"""
        {"accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","plan":"premium","later":1,
         "entitlements":{"streams":4,"maxHeight":2160,"profiles":5,"downloads":true,"later":1}}
        """#.utf8))
    #expect(PlanChanged.type == "accounts.plan.changed.v1")
    #expect(plan.plan == .premium)
    #expect(plan.entitlements == Entitlements(streams: 4, maxHeight: 2160, profiles: 5, downloads: true))

    let moved = try JSON.decode(
      AccountChanged.self,
      from: Array(#"{"accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","country":"FR","later":1}"#.utf8))
    #expect(AccountChanged.type == "accounts.account.changed.v1")
    #expect(moved.country == "FR")

    let changed = try JSON.decode(
      ProfileChanged.self,
      from: Array(
        #"""
        {"profileId":"prf_01hzy3v9k2r8m4c6d7e8f9g0h1","accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1",
         "maturityLimit":"7","kids":true,"language":"pt-BR","later":1}
        """#.utf8))
    #expect(ProfileChanged.type == "accounts.profile.changed.v1")
    #expect(changed.maturityLimit == .seven)
    #expect(changed.kids)
    #expect(changed.language == "pt-BR")

    let deleted = try JSON.decode(
      ProfileDeleted.self,
      from: Array(
        #"{"profileId":"prf_01hzy3v9k2r8m4c6d7e8f9g0h1","accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","later":1}"#.utf8))
    #expect(ProfileDeleted.type == "accounts.profile.deleted.v1")
    #expect(deleted.profileId.description == "prf_01hzy3v9k2r8m4c6d7e8f9g0h1")
  }

  @Test(
    "An ended log-in session reads with each reason that was shipped",
    arguments: [
      ("refreshTokenReused", LoginSessionEnded.Reason.refreshTokenReused), ("signedOut", .signedOut),
      ("displaced", .displaced),
    ])
  func readsEndedSessions(text: String, reason: LoginSessionEnded.Reason) throws {
    let json =
      #"{"loginSessionId":"lgs_01hzy3v9k2r8m4c6d7e8f9g0h1","accountId":"acc_01hzy3v9k2r8m4c6d7e8f9g0h1","#
      + #""reason":"\#(text)","later":1}"#
    let ended = try JSON.decode(LoginSessionEnded.self, from: Array(json.utf8))
    #expect(LoginSessionEnded.type == "accounts.login-session.ended.v1")
    #expect(ended.reason == reason)
    let again = try JSON.decode(LoginSessionEnded.self, from: JSON.encode(ended))
    #expect(again.loginSessionId == ended.loginSessionId)
  }
}
