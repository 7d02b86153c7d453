import AccountsAPI
import Contract
import Foundation
import StorageKit
import TestKit
import Testing

@testable import AccountsService

/// Mail that leaves through a server which shares no code with ours, and misbehaves as servers do.
@Suite(.enabled(if: TestMailServer.isPresent, "needs a python3 with aiosmtpd and cryptography"))
struct MailSenderTests {
  private let vera = "vera@matinee.example"

  private func settings(_ port: Int, _ more: [String: String] = [:]) -> [String: String] {
    AccountsDriver.quickMail.merging([
      "ACCOUNTS_SMTP_HOST": "127.0.0.1", "ACCOUNTS_SMTP_PORT": "\(port)", "ACCOUNTS_SMTP_TLS": "off",
      "ACCOUNTS_MAIL_RETRY_SECONDS": "1", "ACCOUNTS_SMTP_DEADLINE_SECONDS": "5",
    ]) { $1 }.merging(more) { $1 }
  }

  @Test("A sign-up waits for no mail server; what waits leaves once the server is there")
  func downThenUp() async throws {
    let port = try FreePorts.take(1)[0]
    try await withAccounts(settings(port)) { accounts in
      _ = try await accounts.signUp()
      try await eventually { accounts.service.log.lines.contains { $0.contains("a mail could not be sent") } }
      let server = try await TestMailServer.start(port: port)
      let mail = try await server.messages(1)[0]
      #expect(mail.recipients == [vera])
      #expect(try await accounts.verify(mail.token) == .verified)
      try await accounts.mailsSent()
      #expect(server.received.count == 1)
      server.stop()
    }
  }

  @Test("What a kill left between the commit and the sending leaves after the next start")
  func killedBeforeSending() async throws {
    let home = try TestFolder()
    let copy = try TestFolder()
    let port = try FreePorts.take(1)[0]
    try await withAccounts(settings(port), home: home.path) { accounts in
      _ = try await accounts.signUp()
      // While it runs, as a kill would leave it: the database with its write-ahead log.
      try FileManager.default.copyItem(atPath: "\(home.path)/accounts", toPath: "\(copy.path)/accounts")
    }
    let server = try await TestMailServer.start(port: port)
    try await withAccounts(settings(port), home: copy.path) { accounts in
      let mail = try await server.messages(1)[0]
      #expect(try await accounts.verify(mail.token) == .verified)
      try await accounts.mailsSent()
    }
    #expect(server.received.count == 1)
    server.stop()
  }

  @Test("Refused for now, it is tried again later and arrives once")
  func refusedForNow() async throws {
    let server = try await TestMailServer.start(["--refuse", "451", "--times", "2"])
    try await withAccounts(settings(server.port)) { accounts in
      _ = try await accounts.signUp()
      #expect(try await server.messages(1).count == 1)
      #expect(server.refusals == 2)
      try await accounts.mailsSent()
      #expect(server.received.count == 1)
    }
    server.stop()
  }

  @Test("Refused for good, it is given up after a few tries, and that is logged without what it said")
  func refused() async throws {
    let server = try await TestMailServer.start(["--refuse", "550"])
    try await withAccounts(settings(server.port)) { accounts in
      _ = try await accounts.signUp()
      try await eventually(within: .seconds(30)) {
        if server.refusals == 5 { return true }
        accounts.time.advance(seconds: 100)
        _ = try await accounts.logIn()  // a commit wakes the sender
        return false
      }
      try await accounts.mailsSent()
      let lines = accounts.service.log.lines.filter { $0.contains("a mail was given up") }
      #expect(lines.count == 1)
      #expect(lines.allSatisfy { !$0.contains(vera) && $0.contains("550") })
    }
    server.stop()
  }

  @Test("With too many mails waiting no more are queued, and what waits for too long is given up; requests go on")
  func bounded() async throws {
    let port = try FreePorts.take(1)[0]
    try await withAccounts(settings(port, ["ACCOUNTS_MAIL_QUEUE_MAXIMUM": "3"])) { accounts in
      let database = try openDatabase("\(accounts.service.home)/accounts/accounts.db")
      defer { database.close() }
      func waiting() throws -> Int { try database.read { try MailStore.count(upTo: 100, in: $0) } }
      for number in 0..<3 { _ = try await accounts.signUp("vera-\(number)@matinee.example") }
      try await eventually {
        _ = try await accounts.logIn("vera-0@matinee.example")  // a commit wakes the sender, which counts
        return accounts.service.log.lines.count { $0.contains("a mail could not be sent") } >= 3
      }
      for number in 3..<10 { _ = try await accounts.signUp("vera-\(number)@matinee.example") }
      #expect(try waiting() == 3)

      accounts.time.advance(seconds: 49 * 3600)
      try await eventually(within: .seconds(20)) {
        _ = try await accounts.logIn("vera-0@matinee.example")
        return try waiting() == 0
      }
      #expect(accounts.service.log.lines.count { $0.contains("a mail was given up") } == 3)
      try await eventually(within: .seconds(20)) {
        _ = try await accounts.signUp("otto@matinee.example")
        return try waiting() > 0
      }
    }
  }

  @Test("A server that dies before its answer gets the mail once more, with the same link")
  func diesBeforeAnswer() async throws {
    let server = try await TestMailServer.start(["--fault", "dies-before-answer", "--times", "1"])
    try await withAccounts(settings(server.port)) { accounts in
      _ = try await accounts.signUp()
      let mails = try await server.messages(2)
      try await accounts.mailsSent()
      #expect(server.received.count == 2)
      #expect(mails[0].id == mails[1].id)
      #expect(mails[0].token == mails[1].token)
      #expect(try await accounts.verify(mails[0].token) == .verified)
    }
    server.stop()
  }

  @Test("A server that dies after its answer has the mail, and does not get it again")
  func diesAfterAnswer() async throws {
    let server = try await TestMailServer.start(["--fault", "dies-after-answer", "--times", "1"])
    try await withAccounts(settings(server.port)) { accounts in
      _ = try await accounts.signUp()
      _ = try await server.messages(1)
      try await accounts.mailsSent()
      try await accounts.requestReset(vera)
      #expect(try await server.messages(2).map(\.subject) == [Subjects.verification, Subjects.passwordReset])
      try await accounts.mailsSent()
      #expect(server.received.count == 2)
    }
    server.stop()
  }

  @Test("Mail travels encrypted and logged in where that is set, and the password is in no log")
  func encrypted() async throws {
    let folder = try TestFolder()
    let certificate = "\(folder.path)/server.pem"
    let server = try await TestMailServer.start(
      ["--certificate", certificate, "--require-tls", "--user", "matinee", "--password", "mail-password-of-the-test"])
    let secure = settings(
      server.port,
      [
        "ACCOUNTS_SMTP_TLS": "require", "ACCOUNTS_SMTP_CA_FILE": certificate, "ACCOUNTS_SMTP_USER": "matinee",
        "ACCOUNTS_SMTP_PASSWORD": "mail-password-of-the-test", "ACCOUNTS_PUBLIC_URL": "https://matinee.example/",
        "ACCOUNTS_MAIL_FROM": "hello@matinee.example",
      ])
    try await withAccounts(secure) { accounts in
      _ = try await accounts.signUp("用户@例子.example")
      let mail = try await server.messages(1)[0]
      #expect(mail.isEncrypted)
      #expect(mail.user == "matinee")
      #expect(mail.sender == "Matinee <hello@matinee.example>")
      #expect(mail.recipients == ["用户@例子.example"])
      #expect(mail.text.contains("https://matinee.example/#/verify/"))
      #expect(mail.defects.isEmpty)
      #expect(!accounts.service.log.lines.contains { $0.contains("mail-password-of-the-test") })
    }
    server.stop()
  }

  @Test("A stop does not wait for a server that hangs")
  func stopsWhileHanging() async throws {
    let server = try await TestMailServer.start(["--fault", "hangs"])
    let started = ContinuousClock.now
    try await withAccounts(settings(server.port, ["ACCOUNTS_SMTP_DEADLINE_SECONDS": "120"])) { accounts in
      _ = try await accounts.signUp()
      try await eventually { server.events("hanging") == 1 }
    }
    #expect(ContinuousClock.now - started < .seconds(30))
    server.stop()
  }

  @Test("A bad setting of mail stops the start and is named", arguments: [
    ["ACCOUNTS_PUBLIC_URL": "matinee.example"], ["ACCOUNTS_PUBLIC_URL": "javascript:alert(1)"],
    ["ACCOUNTS_PUBLIC_URL": "https://matinee.example/?a=b"], ["ACCOUNTS_MAIL_FROM": "nobody"],
    ["ACCOUNTS_SMTP_HOST": "mail.example/x"], ["ACCOUNTS_SMTP_TLS": "perhaps"],
    ["ACCOUNTS_SMTP_HOST": "mail.example", "ACCOUNTS_SMTP_TLS": "try", "ACCOUNTS_SMTP_PASSWORD": "x"],
  ])
  func badSettings(settings: [String: String]) async throws {
    let error = await #expect(throws: (any Error).self) {
      try await TestService.start(AccountsModule.self, settings: AccountsDriver.quickHashes.merging(settings) { $1 })
    }
    #expect("\(String(describing: error))".contains("MATINEE_ACCOUNTS_"))
  }
}
