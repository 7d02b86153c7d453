import ConfigKit
import Contract
import Foundation
import TestKit
import Testing

@testable import ClientKit

/// Our courier against aiosmtpd, which shares no code with libcurl.
@Suite(.enabled(if: TestMailServer.isPresent, "needs a python3 with aiosmtpd and cryptography"))
struct SMTPCourierTests {
  private func message(_ id: String = "eml_1", to: String = "vera@matinee.example") -> MailMessage {
    MailMessage(
      id: id, owner: "acc_1", from: MailAddress(name: "Matinée", address: "no-reply@m.example"),
      to: MailAddress(address: to), subject: "Grüße 🎬", text: ".\nVera sagt: schöne Grüße\n..\nhttps://m.example/#/x",
      sentAt: Timestamp(milliseconds: 1_790_000_000_000))
  }

  private func settings(
    _ port: Int, _ encryption: SMTPSettings.Encryption = .off, authorities: String = "", user: String = "",
    password: String? = nil, deadlineSeconds: Int = 10
  ) -> SMTPSettings {
    SMTPSettings(
      host: "127.0.0.1", port: port, encryption: encryption, authoritiesFile: authorities, user: user,
      password: password.map { Secret(Array($0.utf8)) }, deadlineSeconds: deadlineSeconds)
  }

  private func failure(_ settings: SMTPSettings, _ message: MailMessage? = nil) async -> MailError? {
    let courier = SMTPCourier(settings: settings)
    defer { courier.stop() }
    do {
      try await courier.send(message ?? self.message())
      return nil
    } catch {
      return error as? MailError
    }
  }

  @Test("A message arrives as it was meant, dots and letters beyond ASCII too, and a second over the same connection")
  func arrives() async throws {
    let server = try await TestMailServer.start()
    let courier = SMTPCourier(settings: settings(server.port))
    try await courier.send(message())
    try await courier.send(message("eml_2", to: "用户@例子.example"))
    let received = try await server.messages(2)
    #expect(received[0].mailFrom == "no-reply@m.example")
    #expect(received[0].recipients == ["vera@matinee.example"])
    #expect(received[0].subject == "Grüße 🎬")
    #expect(received[0].sender == "Matinée <no-reply@m.example>")
    #expect(received[0].to == "vera@matinee.example")
    #expect(received[0].text == ".\nVera sagt: schöne Grüße\n..\nhttps://m.example/#/x\n")
    #expect(received[0].date == "2026-09-21T14:13:20+00:00")
    #expect(received[0].defects.isEmpty)
    #expect(Set(received[0].headers).count == received[0].headers.count)
    #expect(received[0].id == "<eml_1@m.example>")
    #expect(received[1].to == "用户@例子.example")
    courier.stop()
    server.stop()
  }

  @Test("With STARTTLS the message travels encrypted, after a log-in; a server without it gets nothing")
  func startTLS() async throws {
    try await withTemporaryFolder { folder in
      let certificate = "\(folder)/server.pem"
      let server = try await TestMailServer.start(
        ["--certificate", certificate, "--require-tls", "--user", "matinee", "--password", "a secret of the test"])
      let good = settings(
        server.port, .require, authorities: certificate, user: "matinee", password: "a secret of the test")
      #expect(await failure(good) == nil)
      var wrong = good
      wrong.password = Secret(Array("another".utf8))
      #expect(await failure(wrong)?.isUnreachable == true)
      var distrustful = good
      distrustful.authoritiesFile = ""
      #expect(await failure(distrustful)?.isUnreachable == true)
      let received = server.received
      #expect(received.map(\.isEncrypted) == [true])
      #expect(received.map(\.user) == ["matinee"])
      server.stop()

      let plain = try await TestMailServer.start()
      #expect(await failure(settings(plain.port, .require))?.isUnreachable == true)
      #expect(plain.received.isEmpty)
      #expect(await failure(settings(plain.port, .try)) == nil)
      #expect(plain.received.map(\.isEncrypted) == [false])
      plain.stop()
    }
  }

  @Test("A refusal says whether it is for now or for good")
  func refusals() async throws {
    for (code, expected) in [(451, MailError.refusedForNow(code: 451)), (550, .refused(code: 550))] {
      let server = try await TestMailServer.start(["--refuse", "\(code)"])
      #expect(await failure(settings(server.port)) == expected)
      #expect(server.received.isEmpty)
      server.stop()
    }
  }

  @Test("A server that is down, goes away in the middle or hangs is told apart, within the deadline")
  func faults() async throws {
    let port = try FreePorts.take(1)[0]
    #expect(await failure(settings(port))?.isUnreachable == true)

    let dying = try await TestMailServer.start(["--fault", "dies-before-answer"])
    #expect(await failure(settings(dying.port))?.isInterrupted == true)
    dying.stop()

    let hanging = try await TestMailServer.start(["--fault", "hangs"])
    let started = ContinuousClock.now
    #expect(await failure(settings(hanging.port, deadlineSeconds: 1))?.isInterrupted == true)
    #expect(ContinuousClock.now - started < .seconds(8))
    hanging.stop()
  }

  @Test("Whoever cancels a message, or stops the courier, does not wait for a server that hangs")
  func cancelled() async throws {
    let server = try await TestMailServer.start(["--fault", "hangs"])
    let courier = SMTPCourier(settings: settings(server.port, deadlineSeconds: 60))
    let started = ContinuousClock.now
    let sending = Task { try await courier.send(message()) }
    try await eventually { server.events("hanging") == 1 }
    sending.cancel()
    await #expect(throws: MailError.self) { try await sending.value }
    courier.stop()
    await #expect(throws: MailError.self) { try await courier.send(message("eml_2")) }
    #expect(ContinuousClock.now - started < .seconds(20))
    server.stop()
  }

  @Test("What cannot be an address never reaches a server")
  func unsendable() async throws {
    let server = try await TestMailServer.start()
    let hostile = message(to: "vera@matinee.example>\r\nRCPT TO:<otto@matinee.example")
    #expect(await failure(settings(server.port), hostile) == .unsendable("the address is not plain"))
    #expect(server.received.isEmpty)
    server.stop()
  }
}

extension MailError {
  fileprivate var isUnreachable: Bool { if case .unreachable = self { true } else { false } }
  fileprivate var isInterrupted: Bool { if case .interrupted = self { true } else { false } }
}
