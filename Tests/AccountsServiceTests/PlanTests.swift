import AccountsAPI
import ClientKit
import Contract
import EventKit
import Foundation
import StorageKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct PlanTests {
  private static let plain = try? PlanCatalogue.load("")

  @Test("The plans that come with the program are there for everybody, the smallest first")
  func offers() async throws {
    try await withAccounts { accounts in
      let page = try await accounts.service.transport.call(PlanEndpoints.plans, in: accounts.context())
      #expect(page.items.map(\.plan) == [.basic, .standard, .premium])
      #expect(page.items.map(\.streams) == [1, 2, 4])
      #expect(page.items.map(\.maxHeight) == [720, 1080, 2160])
      #expect(page.items.allSatisfy { $0.priceMinorUnits > 0 && $0.currency == "EUR" })
    }
  }

  @Test("A change of plan is told with what it gives, once, and the account shows it")
  func change() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      for _ in 0..<2 {
        #expect(try await accounts.changePlan(.basic, as: vera).plan == .basic)
      }
      #expect(
        try await accounts.service.transport.call(AccountsEndpoints.account, in: accounts.context(vera)).plan == .basic)
      let events = try await accounts.events()
      #expect(events.map(\.header.type) == [AccountCreated.type, PlanChanged.type])
      #expect(try events[0].body(AccountCreated.self)?.entitlements == Self.plain?.entitlements(of: .premium))
      let told = try #require(try events[1].body(PlanChanged.self))
      #expect(told.plan == .basic && told.entitlements == Self.plain?.entitlements(of: .basic))
      #expect(events[1].header.subject == vera.account?.description)
    }
  }

  @Test("A plan for fewer profiles than there are is refused by name, and nothing changes; the limit is the plan's")
  func tooSmall() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      var made: [Profile] = []
      for number in 0..<4 {
        made.append(try await accounts.createProfile(NewProfile(name: "Profile \(number)"), as: vera))
      }
      let refused = try await accounts.problem { try await accounts.changePlan(.basic, as: vera) }
      #expect(refused.status == 409 && refused.code == "plan-too-small")
      #expect(refused.errors?.map(\.field) == ["plan"])
      #expect(refused.detail.contains("4 profiles") && refused.detail.contains("allows 3"))
      let context = accounts.context(vera)
      #expect(try await accounts.service.transport.call(AccountsEndpoints.account, in: context).plan == .premium)
      #expect(try await accounts.profiles(as: vera) == made)
      #expect(try await !accounts.events().contains { $0.header.type == PlanChanged.type })

      let path = ProfilePath(profile: made[3].id)
      _ = try await accounts.service.transport.call(AccountsEndpoints.deleteProfile, path, in: context)
      #expect(try await accounts.changePlan(.basic, as: vera).plan == .basic)
      let fourth = try await accounts.problem { try await accounts.createProfile(NewProfile(name: "More"), as: vera) }
      #expect(fourth.status == 409 && fourth.code == "profile-limit")
      #expect(try await accounts.changePlan(.standard, as: vera).plan == .standard)
      _ = try await accounts.createProfile(NewProfile(name: "More"), as: vera)
    }
  }

  @Test("Smaller plans and new profiles asked for at once never leave more profiles than the plan has")
  func race() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      for number in 0..<2 { _ = try await accounts.createProfile(NewProfile(name: "Old \(number)"), as: vera) }
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<6 {
          group.addTask { _ = try? await accounts.createProfile(NewProfile(name: "New \(number)"), as: vera) }
          group.addTask { _ = try? await accounts.changePlan(.basic, as: vera) }
        }
      }
      let plan = try await accounts.service.transport.call(AccountsEndpoints.account, in: accounts.context(vera)).plan
      let count = try await accounts.profiles(as: vera).count
      #expect(count <= (Self.plain?.entitlements(of: plan).profiles ?? 0), "\(plan) with \(count)")
    }
  }

  @Test(
    "A plan that is none is refused by its field",
    arguments: [
      #"{"plan":"gold"}"#, #"{"plan":"Premium"}"#, #"{"plan":"premium\u0000"}"#, #"{"plan":"ｐremium"}"#,
      #"{"plan":["basic"]}"#, #"{"plan":1}"#, #"{"plan":null}"#, #"{}"#, #"{"plan":"basic","price":0}"#,
      #"{"plan":"basic","plan":"premium"}"#, #"{"plan":"🎬"}"#,
    ])
  func badInput(body: String) async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let answer = try await accounts.service.transport.send(
        TransportRequest(
          method: .put, target: PlanEndpoints.changePlan.path.description,
          headers: [("content-type", "application/json")], body: Array(body.utf8), context: accounts.context(vera)))
      #expect([400, 422].contains(answer.status), "\(body): \(answer.status)")
      let named = answer.problem.errors?.map(\.field) ?? []
      #expect(named.contains("plan") || named.contains("price") || answer.problem.detail.contains("plan"), "\(body)")
    }
  }

  @Test("Plans that were changed in their file are told at the next start, of each account once")
  func changedFile() async throws {
    let folder = try TestFolder()
    let home = folder.path + "/home"
    try await withAccounts(home: home) { accounts in
      for number in 0..<3 { _ = try await accounts.newcomer("viewer\(number)@matinee.example") }
    }
    let file = folder.path + "/plans.json"
    let offers = try #require(Self.plain?.offers).map { offer in
      var offer = offer
      if offer.plan == .premium { offer.streams = 7 }
      return offer
    }
    try Data(JSON.encode(offers)).write(to: URL(filePath: file))
    for _ in 0..<2 {
      let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_PLANS_FILE": file]) { $1 }
      try await withAccounts(settings, home: home) { accounts in
        try await eventually { try await accounts.told().count == 3 }
        #expect(try await accounts.told().allSatisfy { $0.entitlements.streams == 7 && $0.plan == .premium })
      }
    }
  }

  @Test("Accounts from before entitlements were told have them told, in more writes than one")
  func untold() async throws {
    let folder = try TestFolder()
    let database = try openDatabase("\(folder.path)/accounts.db")
    defer { database.close() }
    let plans = try #require(Self.plain)
    try await database.write { db in
      for number in 0..<1100 {
        try db.execute(
          """
          INSERT INTO account (id, email, email_key, password_hash, display_name, country, plan, role, created_at)
          VALUES (?, 'v', ?, '$argon2id$', 'V', 'DE', 'standard', 'viewer', 0)
          """, AccountID(seed: "\(number)"), "\(number)")
      }
    }
    let telling = TellEntitlements(
      database: database, outbox: .init(source: "/accounts", clock: .system), plans: plans)
    #expect(try await telling.tell() == 1100)
    #expect(try await telling.tell() == 0)
  }

  @Test(
    "A file of plans that is of no use keeps the service from starting, and says what is wrong",
    arguments: [
      ("[]", "basic"), ("{", "JSON"), (#"[{"plan":"basic"}]"#, "streams"),
    ])
  func badFile(text: String, named: String) throws {
    let folder = try TestFolder()
    let file = folder.path + "/plans.json"
    try Data(text.utf8).write(to: URL(filePath: file))
    #expect {
      try PlanCatalogue.load(file)
    } throws: { error in
      let said = "\(error)"
      return error is PlansFileError && said.contains(file) && said.contains(named)
    }
  }

  @Test("Plans out of bounds are refused by plan and field")
  func bounds() throws {
    let plans = try #require(Self.plain?.offers)
    func refusal(_ change: (inout PlanOffer) -> Void) -> String {
      var offers = plans
      change(&offers[1])
      do {
        _ = try PlanCatalogue(offers)
        return "accepted"
      } catch {
        return error.message
      }
    }
    #expect(refusal { $0.streams = 0 }.hasPrefix("standard: streams"))
    #expect(refusal { $0.maxHeight = 239 }.hasPrefix("standard: maxHeight"))
    #expect(refusal { $0.profiles = 51 }.hasPrefix("standard: profiles"))
    #expect(refusal { $0.priceMinorUnits = -1 }.hasPrefix("standard: priceMinorUnits"))
    #expect(refusal { $0.currency = "eur" }.hasPrefix("standard: currency"))
    #expect(refusal { $0.plan = .basic }.contains("basic is there 2 times"))
  }
}

extension AccountsDriver {
  func changePlan(_ plan: Plan, as principal: Principal) async throws -> Account {
    try await service.transport.call(PlanEndpoints.changePlan, body: PlanChange(plan: plan), in: context(principal))
  }

  /// What was told of changed plans.
  fileprivate func told() async throws -> [PlanChanged] {
    try await events().compactMap { try $0.body(PlanChanged.self) }
  }
}
