import AccountsAPI
import Contract
import TestKit
import Testing

@testable import AccountsService

@Suite struct ProfileTests {
  @Test("A profile is made, read, changed and deleted, and each is told")
  func life() async throws {
    try await withAccounts { accounts in
      let transport = accounts.service.transport
      let vera = try await accounts.newcomer("vera@matinee.example")
      let made = try await accounts.createProfile(NewProfile(name: " Kim ", language: "PT-br", kids: true), as: vera)
      #expect(made.name == "Kim")
      #expect(made.language == "pt-BR")
      #expect(made.maturityLimit == .seven)
      #expect(made.accountId == vera.account)
      let path = ProfilePath(profile: made.id)
      #expect(try await transport.call(AccountsEndpoints.profile, path, in: accounts.context(vera)) == made)

      let change = ProfileChange(maturityLimit: .twelve, kids: false)
      let changed = try await transport.call(
        AccountsEndpoints.updateProfile, path, body: change, in: accounts.context(vera))
      #expect(changed.maturityLimit == .twelve)
      #expect(try await accounts.profiles(as: vera) == [changed])
      _ = try await transport.call(
        AccountsEndpoints.updateProfile, path, body: change, in: accounts.context(vera))

      _ = try await transport.call(AccountsEndpoints.deleteProfile, path, in: accounts.context(vera))
      #expect(try await accounts.profiles(as: vera).isEmpty)
      let gone = try await accounts.problem {
        try await transport.call(AccountsEndpoints.deleteProfile, path, in: accounts.context(vera))
      }
      #expect(gone.status == 404)

      let events = try await accounts.events()
      #expect(
        events.map(\.header.type) == [
          AccountCreated.type, ProfileChanged.type, ProfileChanged.type, ProfileDeleted.type,
        ])
      #expect(events.map(\.header.seq) == [1, 2, 3, 4])
      #expect(events.dropFirst().allSatisfy { $0.header.subject == made.id.description })
      #expect(try events[2].body(ProfileChanged.self)?.maturityLimit == .twelve)
    }
  }

  @Test("Another account's profile is not found, whatever is done to it, and stays as it was")
  func foreign() async throws {
    try await withAccounts { accounts in
      let transport = accounts.service.transport
      let vera = try await accounts.newcomer("vera@matinee.example")
      let otto = try await accounts.newcomer("otto@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      let path = ProfilePath(profile: profile.id)
      let context = accounts.context(otto)
      let unknown = ProfilePath(profile: ProfileID(seed: "nobody's"))
      for path in [path, unknown] {
        let problems = [
          try await accounts.problem { try await transport.call(AccountsEndpoints.profile, path, in: context) },
          try await accounts.problem {
            try await transport.call(
              AccountsEndpoints.updateProfile, path, body: ProfileChange(name: "Mine"), in: context)
          },
          try await accounts.problem { try await transport.call(AccountsEndpoints.deleteProfile, path, in: context) },
        ]
        #expect(problems.map(\.status) == [404, 404, 404])
      }
      #expect(try await accounts.profiles(as: vera) == [profile])
      #expect(try await accounts.profiles(as: otto).isEmpty)
    }
  }

  @Test("Without an account nothing of an account is answered; profileOwner answers services alone")
  func access() async throws {
    try await withAccounts { accounts in
      let transport = accounts.service.transport
      let vera = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      let path = ProfilePath(profile: profile.id)
      let nobody = accounts.context()
      let refusals = [
        try await accounts.problem { try await transport.call(AccountsEndpoints.profiles, in: nobody) },
        try await accounts.problem { try await transport.call(AccountsEndpoints.account, in: nobody) },
        try await accounts.problem { try await transport.call(AccountsEndpoints.profile, path, in: nobody) },
        try await accounts.problem { try await transport.call(AccountsEndpoints.loginSessions, in: nobody) },
      ]
      #expect(refusals.map(\.status) == [401, 401, 401, 401])
      #expect(
        try await accounts.problem {
          try await transport.call(AccountsEndpoints.profileOwner, path, in: accounts.context(vera))
        }.status == 403)
      let gateway = accounts.context(.service("gateway"))
      #expect(try await transport.call(AccountsEndpoints.profileOwner, path, in: gateway) == profile)
      let unknown = ProfilePath(profile: ProfileID(seed: "nobody's"))
      #expect(
        try await accounts.problem {
          try await transport.call(AccountsEndpoints.profileOwner, unknown, in: gateway)
        }.status == 404)
    }
  }

  @Test("Two profiles of an account cannot have one name, however it is written; two accounts can")
  func names() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let otto = try await accounts.newcomer("otto@matinee.example")
      _ = try await accounts.createProfile(NewProfile(name: "Zoë Groß"), as: vera)
      for name in ["zoë groß", "ZOE\u{308} GROSS", " Zoë Gross "] {
        let problem = try await accounts.problem {
          try await accounts.createProfile(NewProfile(name: name), as: vera)
        }
        #expect(problem.status == 409)
        #expect(problem.errors?.map(\.field) == ["name"])
      }
      let other = try await accounts.createProfile(NewProfile(name: "Zoe"), as: vera)
      let renamed = try await accounts.problem {
        try await accounts.service.transport.call(
          AccountsEndpoints.updateProfile, ProfilePath(profile: other.id), body: ProfileChange(name: "zoë gross"),
          in: accounts.context(vera))
      }
      #expect(renamed.status == 409)
      _ = try await accounts.createProfile(NewProfile(name: "Zoë Groß"), as: otto)
    }
  }

  @Test("An account has five profiles at most, even when ten are asked for at once")
  func limit() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let statuses = await withTaskGroup(of: Int.self) { group in
        for number in 0..<10 {
          group.addTask {
            do {
              _ = try await accounts.createProfile(NewProfile(name: "Profile \(number)"), as: vera)
              return 201
            } catch {
              return (error as? Problem)?.status ?? 0
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.filter { $0 == 201 }.count == 5)
      #expect(statuses.filter { $0 == 409 }.count == 5)
      #expect(try await accounts.profiles(as: vera).count == 5)
    }
  }

  @Test("A profile asked for again under its key is made once; another under it is refused")
  func idempotent() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let otto = try await accounts.newcomer("otto@matinee.example")
      let first = try await accounts.createProfile(NewProfile(name: "Kim"), as: vera, idempotencyKey: "k")
      let again = try await accounts.createProfile(NewProfile(name: "Kim"), as: vera, idempotencyKey: "k")
      #expect(first == again)
      let problem = try await accounts.problem {
        try await accounts.createProfile(NewProfile(name: "Tom"), as: vera, idempotencyKey: "k")
      }
      #expect(problem.status == 422)
      let theirs = try await accounts.createProfile(NewProfile(name: "Kim"), as: otto, idempotencyKey: "k")
      #expect(theirs.id != first.id)
      #expect(try await accounts.profiles(as: vera) == [first])
    }
  }
}
