import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Mail through real processes: killed between the commit and the sending, and used by a person in a browser.
  @Suite struct MailTests {
    @Test(
      "A mail whose cause was committed before kill -9 leaves after the restart", .timeLimit(.minutes(3)),
      .enabled(if: TestMailServer.isPresent, "needs a python3 with aiosmtpd and cryptography"))
    func killed() async throws {
      let port = try FreePorts.take(1)[0]
      let stack = try await RunningStack.start(environment: [
        "MATINEE_ACCOUNTS_SMTP_HOST": "127.0.0.1", "MATINEE_ACCOUNTS_SMTP_PORT": "\(port)",
        "MATINEE_ACCOUNTS_SMTP_TLS": "off", "MATINEE_ACCOUNTS_MAIL_RETRY_SECONDS": "1",
      ])
      defer { stack.stop() }
      // Nobody listens yet: every sign-up is acknowledged, its mail waits, and accounts dies at some moment of that.
      var addresses: Set<String> = []
      for round in 0..<4 {
        let number = 1 + round * 2
        for _ in 0..<number { addresses.insert(try await Viewer.signUp(at: stack.address).email) }
        try await stack.kill("accounts")
        try stack.launch("accounts")
        try await stack.waitUntilReady("accounts", within: .seconds(10))
      }
      let server = try await TestMailServer.start(port: port)
      defer { server.stop() }
      // Some are being sent while it dies once more.
      try await eventually(within: .seconds(60)) { server.received.count >= 2 }
      try await stack.kill("accounts")
      try stack.launch("accounts")
      try await eventually(within: .seconds(60)) { Set(server.received.flatMap(\.recipients)) == addresses }
      // Each of them once, but for the one that was under way at the kill.
      #expect(server.received.count <= addresses.count + 1)
      let mail = try #require(server.received.last)
      let answer = try await PublicClient(address: stack.address).post(
        "/v1/email-verifications/confirmation", json: #"{"token":"\#(mail.token ?? "")"}"#)
      #expect(answer.json["state"].text == "verified")
    }

    @Test(
      "In a browser a link verifies the address and another sets a new password", .timeLimit(.minutes(3)),
      .enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"))
    func pages() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let link = try await newestLink("verify", to: viewer.email, of: stack)
      let verified = try await Browser.run("links.py", ["verify", link])
      #expect(verified["status"].text == "Your address is confirmed.")
      #expect(try await viewer.client.get("/v1/account").json["emailVerified"].bool == true)
      let again = try await Browser.run("links.py", ["verify", link])
      #expect(again["status"].text == nil)
      #expect(again["alert"].text?.contains("used") == true)

      let asked = try await Browser.run("links.py", ["ask", stack.address + "/#/login", viewer.email])
      #expect(asked["status"].text?.contains("on its way") == true)
      let reset = try await newestLink("reset", to: viewer.email, of: stack)
      let password = "chosen in a browser"
      let done = try await Browser.run("links.py", ["reset", reset, password])
      #expect(done["status"].text == "Your password is set.")
      _ = try await Viewer.logIn(at: stack.address, email: viewer.email, password: password)
      for seen in [verified, again, asked, done] { #expect(seen["errors"].items.isEmpty, "\(seen)") }
    }

    /// From the mailbox folder.
    private func newestLink(_ kind: String, to address: String, of stack: RunningStack) async throws -> String {
      let folder = stack.home + "/accounts/mailbox"
      func find() throws -> String? {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let texts = try names.map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        let mine = texts.last { $0.contains("To: \(address)\r\n") && $0.contains("/#/\(kind)/") }
        return mine?.firstMatch(of: /http\S+#\/(?:verify|reset)\/\S+/).map { String($0.0) }
      }
      try await eventually(within: .seconds(15)) { try find() != nil }
      return try #require(try find())
    }
  }
}
