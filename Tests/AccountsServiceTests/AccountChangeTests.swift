import AccountsAPI
import Contract
import Foundation
import TestKit
import Testing

@testable import AccountsService

@Suite struct AccountChangeTests {
  private let vera = "vera@matinee.example"
  private let new = "vera@elsewhere.example"

  private func move(to email: String) -> AccountChange {
    AccountChange(email: email, currentPassword: AccountsDriver.password)
  }

  @Test("Name and country change at once, and a country is told")
  func names() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.newcomer(vera)
      let change = AccountChange(displayName: "  Ve\u{301}ra 🎬 ", country: "fr")
      let changed = try await accounts.update(change, as: principal)
      #expect(changed.displayName == "V\u{E9}ra 🎬")
      #expect(changed.country == "FR")
      #expect(try await accounts.account(principal) == changed)
      #expect(try await accounts.update(AccountChange(displayName: "עברית"), as: principal).country == "FR")
      let events = try await accounts.events()
      #expect(events.map(\.header.type) == [AccountCreated.type, AccountChanged.type])
      #expect(try await accounts.opened(events[1]).body(AccountChanged.self)?.country == "FR")
    }
  }

  @Test("An address changes when the links to both ends have been used, in either order", arguments: [true, false])
  func bothEnds(newFirst: Bool) async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.principal(accounts.verified().accessToken)
      let pending = try await accounts.update(move(to: new), as: principal)
      #expect(pending.email == vera)
      #expect(pending.pendingEmail == new)
      let there = try await accounts.mail(to: new, Subjects.addressChange).token
      let here = try await accounts.mail(to: vera, Subjects.addressChangeConsent).token
      let order = newFirst ? [there, here] : [here, there]
      #expect(try await accounts.verify(order[0]) == .waitingForOtherAddress)
      #expect(try await accounts.logIn(vera).account.email == vera)
      #expect(try await accounts.problem { try await accounts.logIn(new) }.status == 401)
      #expect(try await accounts.verify(order[1]) == .changed)
      let account = try await accounts.logIn(new).account
      #expect(account.email == new)
      #expect(account.emailVerified)
      #expect(account.pendingEmail == nil)
      #expect(try await accounts.problem { try await accounts.logIn(vera) }.status == 401)
      _ = try await accounts.mail(to: vera, Subjects.addressChanged)
      for token in order {
        #expect(try await accounts.problem { try await accounts.verify(token) }.code == "link-invalid")
      }
    }
  }

  @Test("A password goes on working after its address changed, also where others claim the new address")
  func movedPassword() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let vera = try await accounts.verified()
      let principal = try await accounts.principal(vera.accessToken)
      _ = try await accounts.update(move(to: new), as: principal)
      _ = try await accounts.verify(accounts.mail(to: new, Subjects.addressChange).token)
      _ = try await accounts.verify(accounts.mail(to: vera.account.email, Subjects.addressChangeConsent).token)
      let claim = try await accounts.signUp(new, password: "another long passphrase")
      for _ in 0..<2 {
        #expect(try await accounts.logIn(new).account.id == vera.account.id)
        #expect(try await accounts.logIn(new, password: "another long passphrase").account.id == claim.account.id)
        #expect(try await accounts.problem { try await accounts.logIn(new, password: "neither of them") }.status == 401)
      }
    }
  }

  @Test("An address that was never verified has no say in its change: a slip can be mended")
  func slip() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.newcomer("vear@matinee.example")
      _ = try await accounts.update(move(to: vera), as: principal)
      #expect(try await accounts.verify(accounts.mail(to: vera, Subjects.addressChange).token) == .changed)
      #expect(try await accounts.account(principal).emailVerified)
      let old = try await accounts.mail(to: "vear@matinee.example", Subjects.verification).token
      #expect(try await accounts.problem { try await accounts.verify(old) }.code == "link-invalid")
    }
  }

  @Test("To an address that has an account nothing changes, and the answer does not say so")
  func knownAddress() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let otto = try await accounts.verified("otto@matinee.example")
      let principal = try await accounts.principal(accounts.verified().accessToken)
      let known = try await accounts.update(move(to: "OTTO@matinee.example"), as: principal)
      #expect(known.pendingEmail == "OTTO@matinee.example")
      let mail = try await accounts.mail(to: "OTTO@matinee.example", Subjects.alreadyKnown)
      #expect(mail.token == nil)
      let consent = try await accounts.mail(to: vera, Subjects.addressChangeConsent)
      #expect(try await accounts.verify(consent.token) == .waitingForOtherAddress)
      #expect(try await accounts.logIn("otto@matinee.example").account.id == otto.account.id)
    }
  }

  @Test("Of two accounts that want one address the first to prove it gets it, and the other's link is worth nothing")
  func race() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let one = try await accounts.newcomer("one@matinee.example")
      let two = try await accounts.newcomer("two@matinee.example")
      _ = try await accounts.update(move(to: new), as: one)
      _ = try await accounts.update(move(to: new), as: two)
      _ = try await accounts.mail(to: new, Subjects.addressChange, number: 2)
      let tokens = accounts.mailbox.filter { $0.to == new }.compactMap(\.token)
      #expect(try await accounts.verify(tokens[0]) == .changed)
      #expect(try await accounts.problem { try await accounts.verify(tokens[1]) }.code == "link-invalid")
      let emails = [try await accounts.account(one).email, try await accounts.account(two).email]
      #expect(emails.filter { $0 == new }.count == 1)
    }
  }

  @Test("A later wish, the present address, a new password or a reset ends a change that was begun")
  func ended() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.principal(accounts.verified().accessToken)
      var number = 0
      func begin() async throws -> String? {
        number += 1
        _ = try await accounts.update(move(to: new), as: principal)
        return try await accounts.mail(to: new, Subjects.addressChange, number: number).token
      }
      func isDead(_ token: String?) async throws -> Bool {
        try await accounts.problem { try await accounts.verify(token) }.code == "link-invalid"
      }
      var token = try await begin()
      _ = try await accounts.update(move(to: "third@matinee.example"), as: principal)
      #expect(try await isDead(token))

      token = try await begin()
      #expect(try await accounts.update(move(to: vera), as: principal).pendingEmail == nil)
      #expect(try await isDead(token))

      token = try await begin()
      let other = "quite another passphrase"
      try await accounts.changePassword(
        PasswordChange(currentPassword: AccountsDriver.password, newPassword: other), as: principal)
      #expect(try await isDead(token))
      try await accounts.changePassword(
        PasswordChange(currentPassword: other, newPassword: AccountsDriver.password), as: principal)

      token = try await begin()
      try await accounts.requestReset(vera)
      try await accounts.reset(accounts.mail(to: vera, Subjects.passwordReset).token, other)
      #expect(try await isDead(token))
      #expect(try await accounts.account(principal).pendingEmail == nil)
    }
  }

  @Test("A change of address wants the password, and every bad field is named", arguments: [
    (#"{"email":"new@matinee.example"}"#, 422, ["currentPassword"]),
    (#"{"currentPassword":"a long enough passphrase"}"#, 422, ["currentPassword"]),
    (#"{"email":"new@matinee.example","currentPassword":"wrong, all wrong"}"#, 403, nil),
    (
      #"{"email":"no","currentPassword":"x","displayName":"","country":"XX"}"#, 422, ["displayName", "country", "email"]
    ),
    (#"{"displayName":"a\u0000b"}"#, 422, ["displayName"]), (#"{"displayName":"\u202Eolleh"}"#, 422, ["displayName"]),
    (#"{"email":"vera@matinee.example\r\nBcc: x@y.example","currentPassword":"x"}"#, 422, ["email"]),
    (#"{"plan":"premium"}"#, 422, ["plan"]), (#"{"country":49}"#, 422, ["country"]),
    (#"{"country":"DE","country":"FR"}"#, 400, nil),
  ] as [(String, Int, [String]?)])
  func badFields(body: String, status: Int, fields: [String]?) async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.newcomer(vera)
      let before = try await accounts.account(principal)
      let answer = try await accounts.status(.patch, "/v1/account", body, as: principal)
      #expect(answer.status == status)
      if let fields { #expect(answer.problem.errors?.map(\.field) == fields) }
      #expect(try await accounts.account(principal) == before)
    }
  }

  @Test("A device that signs in for the first time is told to a verified address, once")
  func newDevice() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      _ = try await accounts.signUp()
      _ = try await accounts.logIn()
      _ = try await accounts.verify(accounts.mail(to: vera, Subjects.verification).token)
      _ = try await accounts.logIn()
      try await accounts.mailsSent()
      #expect(!accounts.mailbox.contains { $0.subject == Subjects.newDevice })
      _ = try await accounts.service.transport.call(
        AccountsEndpoints.logIn,
        body: LogIn(email: vera, password: AccountsDriver.password, device: Device(name: "Küche", kind: .tablet)),
        in: accounts.context())
      let mail = try await accounts.mail(to: vera, Subjects.newDevice)
      #expect(mail.text.contains("K=C3=BCche (tablet)"))
      _ = try await accounts.logIn()
      try await accounts.mailsSent()
      #expect(accounts.mailbox.filter { $0.subject == Subjects.newDevice }.count == 1)
    }
  }
}
