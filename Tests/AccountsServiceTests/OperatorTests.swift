import AccountsAPI
import AuditKit
import ClientKit
import Contract
import Foundation
import TestKit
import Testing

@testable import AccountsService

@Suite struct OperatorTests {
  private func create(
    _ accounts: AccountsDriver, email: String = "boss@matinee.example", password: String = AccountsDriver.password,
    as principal: Principal = .service("matinee")
  ) async throws -> Account {
    try await accounts.service.transport.call(
      AccountsEndpoints.createOperator,
      body: NewOperator(email: email, password: password, displayName: "Boss", country: "DE"),
      in: accounts.context(principal))
  }

  @Test("The command line makes an operator, who logs in as one, and it is in the audit log without a word of hers")
  func created() async throws {
    try await withAccounts { accounts in
      let account = try await create(accounts)
      #expect(account.role == .operator)
      let loggedIn = try await accounts.logIn("boss@matinee.example")
      let principal = try await accounts.principal(loggedIn.accessToken)
      #expect(principal.role == .operator)
      let log = try await accounts.service.transport.call(
        AuditEndpoints.entries, AuditQuery(), in: accounts.context(principal))
      #expect(log.items.map(\.act) == ["accounts.createOperator", "accounts.createOperator"])
      #expect(log.items.map(\.status) == [201, nil])
      for name in try FileManager.default.contentsOfDirectory(atPath: "\(accounts.service.home)/accounts")
      where name.hasPrefix("audit.db") {
        let bytes = try Data(contentsOf: URL(filePath: "\(accounts.service.home)/accounts/\(name)"))
        #expect(bytes.range(of: Data("boss@".utf8)) == nil)
      }
    }
  }

  @Test("Nobody but the machine's operator can make one, no account becomes one, and no claim stands in the way")
  func refused() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.signUp()
      for principal in [Principal.anonymous, try await accounts.principal(vera.accessToken)] {
        let problem = try await accounts.problem { try await create(accounts, as: principal) }
        #expect([401, 403].contains(problem.status))
      }
      let boss = try await create(accounts, email: "VERA@matinee.example")
      #expect(boss.id != vera.account.id)
      #expect(try await accounts.logIn().account == boss)
      #expect(try await accounts.problem { try await accounts.refresh(vera.refreshToken) }.status == 401)
      #expect(try await accounts.problem { try await create(accounts, email: "vera@matinee.example") }.status == 409)
    }
  }

  @Test("Every field of an operator that is not good is named")
  func badFields() async throws {
    try await withAccounts { accounts in
      let problem = try await accounts.problem { try await create(accounts, email: "no\0", password: "password1") }
      #expect(problem.status == 422)
      #expect(problem.errors?.map(\.field) == ["email", "password"])
    }
  }
}
