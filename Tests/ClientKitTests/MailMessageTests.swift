import Contract
import Foundation
import TestKit
import Testing

@testable import ClientKit

@Suite struct MailMessageTests {
  private func message(
    to: String = "vera@matinee.example",
    from: MailAddress = MailAddress(name: "Matinee", address: "no-reply@m.example"), subject: String = "Hello",
    text: String = "Hello"
  ) -> MailMessage {
    MailMessage(
      id: "eml_1", owner: "acc_1", from: from, to: MailAddress(address: to), subject: subject, text: text,
      sentAt: Timestamp(milliseconds: 1_790_000_000_000))
  }

  @Test("A plain message is written as it stands, with CRLF line ends and all headers once")
  func plain() throws {
    let text = String(decoding: try message(text: "One\nhttps://m.example/#/verify/abc\n").composed(), as: UTF8.self)
    #expect(
      text == """
        From: "Matinee" <no-reply@m.example>\r
        To: vera@matinee.example\r
        Subject: Hello\r
        Date: Mon, 21 Sep 2026 14:13:20 +0000\r
        Message-ID: <eml_1@m.example>\r
        Auto-Submitted: auto-generated\r
        MIME-Version: 1.0\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: 7bit\r
        \r
        One\r
        https://m.example/#/verify/abc\r
        \r

        """)
  }

  @Test("An address that could become a second header, command or recipient is refused", arguments: [
    "vera@matinee.example\r\nBcc: otto@matinee.example", "vera@matinee.example\nX: y", "vera@matinee.example>",
    "<vera@matinee.example", "vera@matinee.example, otto@matinee.example", "vera@matinee.example otto@m.example", "",
    "vera", "@matinee.example", "vera@", "vera@m.example\u{0}", "vera@m.example\u{2028}", "\"ve ra\"@m.example",
    "vera@m.example\u{85}", "-oQ/tmp@m.example", String(repeating: "v", count: 300) + "@m.example",
  ])
  func hostileAddresses(address: String) {
    #expect(throws: MailError.self) { try message(to: address).composed() }
    #expect(throws: MailError.self) { try message(from: MailAddress(address: address)).composed() }
  }

  @Test("A header with a line break or another control is refused", arguments: [
    "Hello\r\nBcc: otto@matinee.example", "Hello\nX: y", "Hello\rX: y", "Hel\u{0}lo", "\u{1B}[2J", "",
    String(repeating: "x", count: 2001),
  ])
  func hostileHeaders(text: String) {
    #expect(throws: MailError.self) { try message(subject: text).composed() }
    #expect(throws: MailError.self) {
      try message(from: MailAddress(name: text, address: "no-reply@m.example")).composed()
    }
  }

  @Test("No line of a head is over 78 characters or holds anything but ASCII, whatever the subject", arguments: [
    "Grüße", "🎬🍿📺 Kino für alle und noch viel länger, damit es gefaltet werden muss 🎬🍿📺",
    String(repeating: "x", count: 500), "=?UTF-8?B?SGVsbG8=?=", "שלום עולם", String(repeating: "👩‍👩‍👧", count: 60),
  ])
  func encodedSubjects(subject: String) throws {
    let text = String(decoding: try message(subject: subject).composed(), as: UTF8.self)
    let head = text.split(separator: "\r\n\r\n")[0].split(separator: "\r\n")
    #expect(head.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 < 0x80 } })
    #expect(head.filter { $0.hasPrefix("Subject: =?UTF-8?B?") }.count == 1)
    #expect(head.filter { !$0.hasPrefix(" ") }.count == 9)
  }

  @Test("A body beyond plain ASCII is quoted-printable in lines of 76, and no byte of it ends a line by itself")
  func quoted() throws {
    let long = String(repeating: "Grüße und = Zeichen ", count: 30)
    let body = MailBody("\(long)\nend with space \nbare\rreturn")
    #expect(body.encoding == "quoted-printable")
    let lines = String(decoding: body.bytes, as: UTF8.self).unicodeScalars.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 77 && $0.last == "\r" && $0.filter { $0 == "\r" }.count == 1 })
    #expect(String(decoding: body.bytes, as: UTF8.self).contains("end with space=20\r\nbare=0Dreturn\r\n"))
  }

  @Test("A folder holds each message once, whole, for its owner alone, and the newest of too many")
  func folder() async throws {
    try await withTemporaryFolder { path in
      let folder = try MailboxFolder(path: path + "/mailbox", maximum: 3)
      for number in 1...5 {
        var message = message(text: "Number \(number)")
        message.id = "eml_\(number)"
        message.owner = number == 4 ? "acc_2" : "acc_1"
        try await folder.send(message)
        try await folder.send(message)
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["eml_3.acc_1.eml", "eml_4.acc_2.eml", "eml_5.acc_1.eml"])
      let last = try String(contentsOfFile: "\(folder.path)/eml_5.acc_1.eml", encoding: .utf8)
      #expect(last.hasSuffix("\r\n\r\nNumber 5\r\n"))
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/eml_5.acc_1.eml")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      try folder.forget(owner: "acc_1")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["eml_4.acc_2.eml"])
    }
  }
}
