import AccountsAPI
import Contract
import Foundation
import TestKit
import Testing

@testable import AccountsService

@Suite struct PasswordChangeTests {
  private let vera = "vera@matinee.example"
  private let other = "quite another passphrase"

  @Test("The link sets a new password, signs every device out, and is good once")
  func reset() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let signedUp = try await accounts.verified()
      let sofa = try await accounts.logIn()
      try await accounts.requestReset("  VERA@matinee.example ")
      let mail = try await accounts.mail(to: vera, Subjects.passwordReset)
      #expect(mail.text.contains("http://127.0.0.1:8080/#/reset/"))
      try await accounts.reset(mail.token, other)
      for token in [signedUp.refreshToken, sofa.refreshToken] {
        #expect(try await accounts.problem { try await accounts.refresh(token) }.status == 401)
      }
      #expect(try await accounts.problem { try await accounts.logIn() }.status == 401)
      #expect(try await accounts.logIn(password: other).account.id == signedUp.account.id)
      let again = try await accounts.problem { try await accounts.reset(mail.token, "a third long passphrase") }
      #expect(again.code == "link-invalid")
      _ = try await accounts.logIn(password: other)
      _ = try await accounts.mail(to: vera, Subjects.passwordChanged)
    }
  }

  @Test("For an unknown address the answer is the same and no mail leaves")
  func unknownAddress() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      _ = try await accounts.verified()
      let known = try await accounts.status(.post, "/v1/password-resets", #"{"email":"\#(vera)"}"#)
      let unknown = try await accounts.status(.post, "/v1/password-resets", #"{"email":"nobody@matinee.example"}"#)
      #expect(known.status == 202)
      #expect(unknown.status == 202)
      #expect(known.body == unknown.body)
      #expect(known.headers.map(\.name) == unknown.headers.map(\.name))
      _ = try await accounts.mail(to: vera, Subjects.passwordReset)
      try await accounts.mailsSent()
      #expect(Set(accounts.mailbox.map(\.to)) == [vera])
    }
  }

  @Test("The mail goes to the address that is stored, not to the one that compares equal to it")
  func lookAlike() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      _ = try await accounts.signUp("vera@gross.example")
      try await accounts.requestReset("vera@gro\u{DF}.example")
      _ = try await accounts.mail(to: "vera@gross.example", Subjects.passwordReset)
      #expect(Set(accounts.mailbox.map(\.to)) == ["vera@gross.example"])
    }
  }

  @Test("A reset proves the address too: who had claimed it with another account loses it")
  func resetVerifies() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let first = try await accounts.signUp()
      let claim = try await accounts.signUp(password: other)
      try await accounts.requestReset(vera)
      try await accounts.reset(accounts.mail(to: vera, Subjects.passwordReset).token, "a third long passphrase")
      let account = try await accounts.logIn(password: "a third long passphrase").account
      #expect(account.id == first.account.id)
      #expect(account.emailVerified)
      #expect(try await accounts.problem { try await accounts.refresh(claim.refreshToken) }.status == 401)
    }
  }

  @Test("A weak new password is refused with its field, and the link stays good")
  func weakPassword() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      _ = try await accounts.signUp()
      try await accounts.requestReset(vera)
      let token = try await accounts.mail(to: vera, Subjects.passwordReset).token
      for weak in ["short", "password1", vera, String(repeating: "ab", count: 1000)] {
        let problem = try await accounts.problem { try await accounts.reset(token, weak) }
        #expect(problem.status == 422)
        #expect(problem.errors?.map(\.field) == ["newPassword"])
      }
      try await accounts.reset(token, other)
    }
  }

  @Test("A link expires, and is no good after the password was changed in another way")
  func overtaken() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.principal(accounts.signUp().accessToken)
      try await accounts.requestReset(vera)
      let late = try await accounts.mail(to: vera, Subjects.passwordReset).token
      accounts.time.advance(seconds: 3601)
      #expect(try await accounts.problem { try await accounts.reset(late, other) }.code == "link-invalid")

      try await accounts.requestReset(vera)
      let overtaken = try await accounts.mail(to: vera, Subjects.passwordReset, number: 2).token
      try await accounts.changePassword(
        PasswordChange(currentPassword: AccountsDriver.password, newPassword: other), as: principal)
      #expect(try await accounts.problem { try await accounts.reset(overtaken, other) }.code == "link-invalid")
      // And a link for the one purpose is no good for the other.
      try await accounts.requestReset(vera)
      let reset = try await accounts.mail(to: vera, Subjects.passwordReset, number: 3).token
      #expect(try await accounts.problem { try await accounts.verify(reset) }.code == "link-invalid")
      let verification = try await accounts.mail(to: vera, Subjects.verification).token
      #expect(try await accounts.problem { try await accounts.reset(verification, other) }.code == "link-invalid")
    }
  }

  @Test("A new password signs the other devices out and this one not, and the owner is told")
  func change() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let signedUp = try await accounts.verified()
      let here = try await accounts.logIn()
      let principal = try await accounts.principal(here.accessToken)
      try await accounts.changePassword(
        PasswordChange(currentPassword: AccountsDriver.password, newPassword: other), as: principal)
      #expect(try await accounts.problem { try await accounts.refresh(signedUp.refreshToken) }.status == 401)
      _ = try await accounts.refresh(here.refreshToken)
      #expect(try await accounts.problem { try await accounts.logIn() }.status == 401)
      _ = try await accounts.logIn(password: other)
      _ = try await accounts.mail(to: vera, Subjects.passwordChanged)
    }
  }

  @Test("Without the present password nothing changes, and guessing it is slowed")
  func wrongPassword() async throws {
    let settings = AccountsDriver.quickMail.merging(["ACCOUNTS_WRONG_PASSWORDS_PER_ACCOUNT": "3"]) { $1 }
    try await withAccounts(settings) { accounts in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      let guess = PasswordChange(currentPassword: "a wrong passphrase", newPassword: other)
      for status in [403, 403, 403, 429] {
        let problem = try await accounts.problem { try await accounts.changePassword(guess, as: principal) }
        #expect(problem.status == status)
        if status == 403 { #expect(problem.code == "wrong-password") }
      }
      // The address itself is not shut by that.
      _ = try await accounts.logIn()
    }
  }

  @Test("Bodies that are not the endpoints' are refused with their fields, never with a 5xx", arguments: [
    ("/v1/password-resets", #"{"email":"no address"}"#, 422, "email"),
    ("/v1/password-resets", #"{"email":"vera@matinee.example\u0000"}"#, 422, "email"),
    ("/v1/password-resets", #"{"email":7}"#, 422, "email"), ("/v1/password-resets", #"{}"#, 422, "email"),
    ("/v1/password-resets", #"{"email":"a@b.example","email":"c@d.example"}"#, 400, nil),
    ("/v1/password-resets/confirmation", #"{"token":"x"}"#, 422, "newPassword"),
    ("/v1/password-resets/confirmation", #"{"token":[],"newPassword":"x"}"#, 422, "token"),
    ("/v1/password-resets/confirmation", #"{"token":"x","newPassword":"x","admin":true}"#, 422, "admin"),
    ("/v1/email-verifications/confirmation", #"{"token":null}"#, 422, "token"),
    ("/v1/email-verifications/confirmation", #"{"token":"x""#, 400, nil),
    ("/v1/email-verifications/confirmation", "", 400, nil),
  ] as [(String, String, Int, String?)])
  func malformed(path: String, body: String, status: Int, field: String?) async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let answer = try await accounts.status(.post, path, body)
      #expect(answer.status == status)
      if let field { #expect(answer.problem.errors?.contains { $0.field == field } == true) }
    }
  }

  @Test("A body of ten megabytes is refused unread")
  func huge() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let body = #"{"email":"\#(String(repeating: "v", count: 10_000_000))@matinee.example"}"#
      let answer = try await accounts.status(.post, "/v1/password-resets", body)
      #expect(answer.status == 413)
    }
  }
}
