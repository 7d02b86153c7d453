package import Contract
import Foundation

/// Plain text to one person, and how it is written down (RFC 5322).
///
/// Nothing in it can add a header or a recipient: addresses are refused unless they are plain, and what is not plain
/// in a header is encoded (RFC 2047).
package struct MailMessage: Sendable {
  /// Unique; the same each time the same message is sent, so that one sent twice is known as one.
  package var id: String
  /// Whose message it is; a ``MailboxFolder`` files it by that, and no server hears it.
  package var owner: String
  package var from: MailAddress
  package var to: MailAddress
  package var subject: String
  /// Lines end with `\n`.
  package var text: String
  package var sentAt: Timestamp

  package init(
    id: String, owner: String, from: MailAddress, to: MailAddress, subject: String, text: String, sentAt: Timestamp
  ) {
    self.id = id
    self.owner = owner
    self.from = from
    self.to = to
    self.subject = subject
    self.text = text
    self.sentAt = sentAt
  }

  /// Header and body with CRLF line ends. Throws ``MailError/unsendable(_:)``.
  package func composed() throws(MailError) -> [UInt8] {
    let domain = from.domain
    guard id.utf8.allSatisfy(Self.isPlain) else { throw .unsendable("the id is not plain") }
    let body = MailBody(text)
    let head = [
      "From: \(try from.header())",
      "To: \(try to.header())",
      "Subject: \(try EncodedWords.header(subject))",
      "Date: \(Self.date(sentAt))",
      "Message-ID: <\(id)@\(domain)>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: \(body.encoding)",
    ]
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body.bytes
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "_-.".utf8.contains(byte)
  }

  private static func date(_ time: Timestamp) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, d MMM yyyy HH:mm:ss '+0000'"
    return formatter.string(from: Date(timeIntervalSince1970: Double(time.milliseconds) / 1000))
  }
}

/// A mailbox of somebody, with a name or without.
package struct MailAddress: Sendable, Hashable {
  package var name: String?
  /// `vera@matinee.example`
  package var address: String

  package init(name: String? = nil, address: String) {
    self.name = name
    self.address = address
  }

  /// `<vera@matinee.example>`, as the dialogue with a server wants it. Throws ``MailError/unsendable(_:)``.
  func path() throws(MailError) -> String {
    let sides = address.split(separator: "@", omittingEmptySubsequences: false)
    guard sides.count == 2, sides.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") }), address.utf8.count <= 254,
      !address.unicodeScalars.contains(where: Self.isDangerous)
    else { throw .unsendable("the address is not plain") }
    return "<\(address)>"
  }

  var domain: String {
    let domain = address.split(separator: "@").last.map(String.init) ?? ""
    return domain.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? domain : "localhost"
  }

  func header() throws(MailError) -> String {
    let path = try path()
    guard let name else { return address }
    return "\(try EncodedWords.phrase(name)) \(path)"
  }

  /// Whatever could end an address, a header or a command, or make a second of them.
  private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value <= 0x20 || "<>()[],;:\\\"\u{7F}".unicodeScalars.contains(scalar)
      || scalar.properties.generalCategory == .control || scalar.properties.isWhitespace
  }
}
