import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import StorageKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct VerificationTests {
  private let vera = "vera@matinee.example"

  @Test("The link of the sign-up's mail verifies the address, once")
  func verifies() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let signedUp = try await accounts.signUp()
      let principal = try await accounts.principal(signedUp.accessToken)
      #expect(!signedUp.account.emailVerified)
      let mail = try await accounts.mail(to: vera, Subjects.verification)
      #expect(mail.text.contains("http://127.0.0.1:8080/#/verify/"))
      #expect(mail.name.hasSuffix(".\(signedUp.account.id).eml"))
      #expect(try await accounts.verify(mail.token) == .verified)
      #expect(try await accounts.account(principal).emailVerified)
      let again = try await accounts.problem { try await accounts.verify(mail.token) }
      #expect(again.status == 422)
      #expect(again.errors?.map(\.field) == ["token"])
    }
  }

  @Test("A link is no good after its time, nor is one that was made up")
  func expired() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      _ = try await accounts.signUp()
      let token = try #require(try await accounts.mail(to: vera, Subjects.verification).token)
      for text in [
        "", "x", token + "A", String(token.dropLast()), String(repeating: "A", count: 43), "a\u{0}b",
        "../../etc/passwd", String(repeating: "A", count: 50_000), "🎬",
      ] {
        #expect(try await accounts.problem { try await accounts.verify(text) }.code == "link-invalid")
      }
      accounts.time.advance(seconds: 24 * 3600 + 10)
      #expect(try await accounts.problem { try await accounts.verify(token) }.code == "link-invalid")
    }
  }

  @Test("The link can be asked for again, which changes nothing once the address is verified")
  func resent() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let principal = try await accounts.principal(accounts.signUp().accessToken)
      let first = try await accounts.mail(to: vera, Subjects.verification)
      func resend() async throws {
        _ = try await accounts.service.transport.call(
          CredentialEndpoints.requestVerification, in: accounts.context(principal))
      }
      try await resend()
      let second = try await accounts.mail(to: vera, Subjects.verification, number: 2)
      #expect(first.token != second.token)
      #expect(try await accounts.verify(second.token) == .verified)
      #expect(try await accounts.problem { try await accounts.verify(first.token) }.code == "link-invalid")
      try await resend()
      try await accounts.mailsSent()
      #expect(accounts.mailbox.count == 2)
      let nobody = try await accounts.problem {
        try await accounts.service.transport.call(CredentialEndpoints.requestVerification, in: accounts.context())
      }
      #expect(nobody.status == 401)
    }
  }

  @Test("Signing up with a known address answers as with an unknown one, and makes an account that is nobody else's")
  func enumeration() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let first = try await accounts.verified()
      let principal = try await accounts.principal(first.accessToken)
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: principal)
      let second = try await accounts.signUp("VERA@Matinee.example", password: "another long passphrase")
      #expect(second.account.id != first.account.id)
      #expect(!second.account.emailVerified)
      let stranger = try await accounts.principal(second.accessToken)
      #expect(try await accounts.profiles(as: stranger).isEmpty)

      // The owner hears of it, and gets no link that could give the address away.
      let mail = try await accounts.mail(to: "VERA@Matinee.example", Subjects.alreadyKnown)
      #expect(mail.token == nil)
      try await accounts.mailsSent()
      #expect(accounts.mailbox.filter { $0.subject == Subjects.verification }.count == 1)

      // Each is reached by its own password, as with an unknown address; the first one's is never another's.
      #expect(try await accounts.logIn().account.id == first.account.id)
      #expect(try await accounts.logIn(password: "another long passphrase").account.id == second.account.id)
      let third = try await accounts.signUp(password: AccountsDriver.password)
      #expect(third.account.id != first.account.id)
      #expect(try await accounts.logIn().account.id == first.account.id)
      #expect(try await accounts.profiles(as: principal) == [profile])
    }
  }

  @Test("Among those who never verified an address each keeps their account, until one proves that it is theirs")
  func contested() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      let squatter = try await accounts.signUp(password: "a squatter's passphrase")
      let squatting = try await accounts.principal(squatter.accessToken)
      _ = try await accounts.mail(to: vera, Subjects.verification)
      accounts.time.advance(seconds: 1)
      let owner = try await accounts.signUp()
      #expect(try await accounts.logIn(password: "a squatter's passphrase").account.id == squatter.account.id)
      #expect(try await accounts.logIn().account.id == owner.account.id)

      let mail = try await accounts.mail(to: vera, Subjects.verification, number: 2)
      #expect(mail.text.contains("opened with this address before"))
      #expect(try await accounts.verify(mail.token) == .verified)
      #expect(try await accounts.logIn().account.id == owner.account.id)
      let old = try await accounts.problem { try await accounts.logIn(password: "a squatter's passphrase") }
      #expect(old.status == 401)
      #expect(try await accounts.problem { try await accounts.refresh(squatter.refreshToken) }.status == 401)
      #expect(try await accounts.account(squatting).email.isEmpty)
      let ended = try await accounts.events().compactMap { try $0.body(LoginSessionEnded.self) }
      #expect(Set(ended.map(\.accountId)) == [squatter.account.id])
      #expect(ended.count == 2)
      // And whatever was sent for the one who lost it is of no use.
      let first = accounts.mailbox.first { $0.subject == Subjects.verification }
      #expect(try await accounts.problem { try await accounts.verify(first?.token) }.code == "link-invalid")
    }
  }

  @Test("A sign-up sent again under its key causes one mail")
  func idempotent() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      for _ in 0..<3 { _ = try await accounts.signUp(idempotencyKey: "once") }
      _ = try await accounts.mail(to: vera, Subjects.verification)
      try await accounts.mailsSent()
      #expect(accounts.mailbox.count == 1)
    }
  }

  @Test("However many had claimed an address, all of them lose it to its owner")
  func manyClaims() async throws {
    try await withAccounts(AccountsDriver.quickMail.merging(["ACCOUNTS_MAIL_PER_ADDRESS_MAXIMUM": "2"]) { $1 }) {
      accounts in
      _ = try await accounts.signUp()
      let mail = try await accounts.mail(to: vera, Subjects.verification)
      for number in 0..<120 { _ = try await accounts.signUp(password: "passphrase number \(number)") }
      #expect(try await accounts.verify(mail.token) == .verified)
      let database = try openDatabase("\(accounts.service.home)/accounts/accounts.db")
      defer { database.close() }
      let claims = try database.read { db in
        try db.first("SELECT COUNT(*) FROM account WHERE email_key = ?", vera) { $0.int(0) }
      }
      #expect(claims == 1)
      // Strangers caused two mails to that address, not a hundred.
      try await accounts.mailsSent()
      #expect(accounts.mailbox.count == 2)
    }
  }

  @Test("Two who verify one address at the same moment: one has it afterwards")
  func race() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      for number in 0..<4 { _ = try await accounts.signUp(password: "passphrase number \(number)") }
      _ = try await accounts.mail(to: vera, Subjects.verification, number: 4)
      let tokens = accounts.mailbox.compactMap(\.token)
      let won = await withTaskGroup(of: Bool.self) { group in
        for token in tokens { group.addTask { (try? await accounts.verify(token)) == .verified } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(won == 1)
    }
  }

  @Test("Neither the secret of a link nor a mail's text is in the database; what waits is a row without either")
  func linksAtRest() async throws {
    try await withAccounts(AccountsDriver.quickMail) { accounts in
      _ = try await accounts.signUp()
      let token = try #require(try await accounts.mail(to: vera, Subjects.verification).token)
      try await accounts.mailsSent()
      let folder = "\(accounts.service.home)/accounts"
      var seen = Data(accounts.service.log.lines.joined(separator: "\n").utf8)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("accounts.db") {
        seen += try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      }
      let secret = Data(try #require(Base64URL.decode(token)))
      #expect(seen.range(of: Data(Sodium.sha256(secret))) != nil)
      #expect(seen.range(of: secret) == nil)
      #expect(seen.range(of: Data(token.utf8)) == nil)
    }
  }
}
