import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import StorageKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct LoginTests {
  @Test("Who signs up is signed in, can log in again, and carries a token that the published keys verify")
  func journey() async throws {
    try await withAccounts { accounts in
      let signedUp = try await accounts.signUp("  Vera@Matinee.example ")
      #expect(signedUp.account.email == "Vera@Matinee.example")
      #expect(signedUp.expiresInSeconds == 300)
      #expect(try await accounts.principal(signedUp.accessToken).account == signedUp.account.id)

      let loggedIn = try await accounts.logIn("VERA@matinee.EXAMPLE")
      #expect(loggedIn.account == signedUp.account)
      let principal = try await accounts.principal(loggedIn.accessToken)
      var expected = Principal(role: .viewer, account: signedUp.account.id, loginSession: loggedIn.id)
      expected.territory = Territory("DE")
      #expect(principal == expected)
      let account = try await accounts.service.transport.call(
        AccountsEndpoints.account, in: accounts.context(principal))
      #expect(account == signedUp.account)
    }
  }

  @Test("A wrong password and an unknown address get the same answer")
  func sameAnswer() async throws {
    try await withAccounts { accounts in
      _ = try await accounts.signUp()
      var answers: [Problem] = []
      for email in ["vera@matinee.example", "nobody@matinee.example", "not an address"] {
        var problem = try await accounts.problem { try await accounts.logIn(email, password: "wrong, all wrong") }
        problem.traceId = nil
        answers.append(problem)
      }
      #expect(answers[0].status == 401)
      #expect(Set(answers).count == 1)
    }
  }

  @Test("Of many who sign up with one address at the same time, each logs in to their own account")
  func signUpRace() async throws {
    try await withAccounts { accounts in
      let accountIDs = await withTaskGroup(of: AccountID?.self) { group in
        for number in 0..<8 {
          group.addTask { try? await accounts.signUp(password: "passphrase number \(number)").account.id }
        }
        return await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(accountIDs.count == 8 && !accountIDs.contains(nil))
      var reached: Set<AccountID> = []
      for number in 0..<8 {
        reached.insert(try await accounts.logIn(password: "passphrase number \(number)").account.id)
      }
      #expect(reached.count == 8)
    }
  }

  @Test("Every bad field of a sign-up is named in one answer, and nothing is made")
  func badFields() async throws {
    try await withAccounts { accounts in
      let problem = try await accounts.problem {
        try await accounts.service.transport.call(
          AccountsEndpoints.signUp,
          body: SignUp(email: "no", password: "short", displayName: "", country: "XX", plan: .basic),
          in: accounts.context())
      }
      #expect(problem.status == 422)
      #expect(problem.errors?.map(\.field) == ["email", "password", "displayName", "country"])
      #expect(try await accounts.events().isEmpty)
    }
  }

  @Test("A body that is not the endpoint's is refused with its field, never with a 5xx", arguments: [
    (#"{"email":"a@b.example","password":"x","device":{"name":"Sofa","kind":"toaster"}}"#, 422, "device.kind"),
    (#"{"email":"a@b.example","password":"x"}"#, 422, "device"),
    (#"{"email":7,"password":"x","device":{"name":"Sofa","kind":"tv"}}"#, 422, "email"),
    (#"{"email":"a@b.example","password":"x","device":{"name":"Sofa","kind":"tv"},"admin":true}"#, 422, "admin"),
    (#"{"email":"a@b.example","password":"x","device":{"name":"","kind":"tv"}}"#, 422, "device.name"),
    (#"{"email":"a@b.example","#, 400, nil),
    (String(repeating: "[", count: 20_000), 400, nil),
    ("", 400, nil),
  ] as [(String, Int, String?)])
  func malformed(body: String, status: Int, field: String?) async throws {
    try await withAccounts { accounts in
      let answer = try await accounts.service.transport.send(
        TransportRequest(
          method: .post, target: "/v1/sessions", headers: [("content-type", "application/json")],
          body: Array(body.utf8), context: accounts.context()))
      #expect(answer.status == status)
      if let field { #expect(answer.problem.errors?.contains { $0.field == field } == true) }
    }
  }

  @Test("Answers with tokens may not be kept by any cache")
  func uncached() async throws {
    try await withAccounts { accounts in
      _ = try await accounts.signUp()
      let body = try JSON.encode(
        LogIn(
          email: "vera@matinee.example", password: AccountsDriver.password, device: Device(name: "Sofa", kind: .tv)))
      let answer = try await accounts.service.transport.send(
        TransportRequest(
          method: .post, target: "/v1/sessions", headers: [("content-type", "application/json")], body: body,
          context: accounts.context()))
      #expect(answer.status == 201)
      #expect(answer.header("cache-control") == "no-store")
    }
  }

  @Test("A flood of log-ins is shed with 429 and Retry-After, and those that are taken succeed")
  func flood() async throws {
    let settings = ["ACCOUNTS_PASSWORD_THREADS": "1", "ACCOUNTS_PASSWORD_QUEUE_MAXIMUM": "2"]
    try await withAccounts(settings) { accounts in
      _ = try await accounts.signUp()
      let outcomes = await withTaskGroup(of: (status: Int, retryAfter: Int?).self) { group in
        for _ in 0..<24 {
          group.addTask {
            do {
              _ = try await accounts.logIn()
              return (201, nil)
            } catch let problem as Problem {
              return (problem.status, problem.retryAfterSeconds)
            } catch {
              return (0, nil)
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(outcomes.map(\.status)) == [201, 429])
      #expect(outcomes.allSatisfy { $0.status == 201 || $0.retryAfter == 1 })
    }
  }

  @Test("A password hashed at an older, cheaper cost is hashed anew at the next log-in")
  func rehash() async throws {
    let home = try TestFolder()
    try await withAccounts(home: home.path) { accounts in _ = try await accounts.signUp() }
    #expect(try storedHash(in: home.path).hasPrefix("$argon2id$v=19$m=64,t=1"))
    let raised = ["ACCOUNTS_PASSWORD_MEMORY_KIB": "128", "ACCOUNTS_PASSWORD_PASSES": "2"]
    try await withAccounts(raised, home: home.path) { accounts in
      _ = try await accounts.problem { try await accounts.logIn(password: "wrong, all wrong") }
      _ = try await accounts.logIn()
      _ = try await accounts.logIn()
    }
    #expect(try storedHash(in: home.path).hasPrefix("$argon2id$v=19$m=128,t=2"))
  }

  private func storedHash(in home: String) throws -> String {
    let database = try openDatabase("\(home)/accounts/accounts.db")
    defer { database.close() }
    return try database.read { try $0.first("SELECT password_hash FROM account") { $0.text(0) } } ?? ""
  }

  @Test("A sign-up sent again under its key answers the same account, and another under it is refused")
  func idempotentSignUp() async throws {
    try await withAccounts { accounts in
      let first = try await accounts.signUp(idempotencyKey: "once")
      let second = try await accounts.signUp(idempotencyKey: "once")
      #expect(first.account == second.account)
      #expect(try await accounts.principal(second.accessToken).account == first.account.id)
      for (email, password) in [
        ("vera@matinee.example", "another long passphrase"), ("otto@matinee.example", AccountsDriver.password),
      ] {
        let problem = try await accounts.problem {
          try await accounts.signUp(email, password: password, idempotencyKey: "once")
        }
        #expect(problem.status == 422)
      }
      #expect(try await accounts.events().count == 1)
    }
  }

  @Test("Neither passwords nor tokens are in the files of the database, nor in the log")
  func secretsAtRest() async throws {
    let home = try TestFolder()
    try await withAccounts(home: home.path) { accounts in
      let signedUp = try await accounts.signUp(idempotencyKey: "once")
      let refreshed = try await accounts.refresh(signedUp.refreshToken)
      _ = try await accounts.problem { try await accounts.refresh("not a token") }
      let folder = "\(home.path)/accounts"
      var seen = Data(accounts.service.log.lines.joined(separator: "\n").utf8)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("accounts.db") {
        seen += try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      }
      #expect(seen.range(of: Data("vera@matinee.example".utf8)) != nil)
      for token in [signedUp.refreshToken, refreshed.refreshToken] {
        let secret = String(token.split(separator: ".")[2])
        #expect(seen.range(of: Data(secret.utf8)) == nil)
        #expect(seen.range(of: Data(Base64URL.decode(secret) ?? [])) == nil)
      }
      #expect(seen.range(of: Data(AccountsDriver.password.utf8)) == nil)
      #expect(seen.range(of: Data(signedUp.accessToken.utf8)) == nil)
    }
  }
}
