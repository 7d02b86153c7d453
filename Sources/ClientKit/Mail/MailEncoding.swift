import Foundation

/// Text in a header (RFC 2047): as it stands where it is plain, else as encoded words of UTF-8 in base64.
enum EncodedWords {
  /// Bytes of text in one word: 52 characters of base64, so that a line with a word has no more than 76 in all.
  private static let wordBytes = 39
  /// A plain header of more characters is encoded too, as only words can be folded without changing the text.
  private static let plainMaximum = 60

  /// For `Subject`. Throws ``MailError/unsendable(_:)`` where the text has a line break or another control.
  static func header(_ text: String) throws(MailError) -> String {
    try check(text)
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !text.contains("=?")
    return isPlain && text.utf8.count <= plainMaximum ? text : words(text)
  }

  /// For a name before an address.
  static func phrase(_ text: String) throws(MailError) -> String {
    try check(text)
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C } && !text.contains("=?")
    return isPlain && text.utf8.count <= plainMaximum ? "\"\(text)\"" : words(text)
  }

  private static func check(_ text: String) throws(MailError) {
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }), !text.isEmpty,
      text.utf8.count <= 2000
    else { throw .unsendable("a header is empty, too long or has control characters") }
  }

  /// Cut between scalars, as each word has to be whole UTF-8.
  private static func words(_ text: String) -> String {
    var pieces: [[UInt8]] = [[]]
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if pieces[pieces.count - 1].count + bytes.count > wordBytes { pieces.append([]) }
      pieces[pieces.count - 1] += bytes
    }
    return pieces.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
  }
}

/// The body: as it stands where it is ASCII in short lines, so that links stay whole, else quoted-printable
/// (RFC 2045, 6.7).
struct MailBody {
  let encoding: String
  let bytes: [UInt8]

  /// What RFC 5322 asks not to exceed; the hard limit is 998.
  private static let plainLineMaximum = 500
  private static let encodedLineMaximum = 76

  init(_ text: String) {
    // By scalars: CR LF is one character.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      Array(String(String.UnicodeScalarView(line.last == "\r" ? line.dropLast() : line)).utf8)
    }
    let isPlain = lines.allSatisfy { line in
      line.count <= Self.plainLineMaximum && line.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 < 0x7F) }
    }
    encoding = isPlain ? "7bit" : "quoted-printable"
    var all: [UInt8] = []
    for line in lines { all += (isPlain ? line : Self.quoted(line)) + [0x0D, 0x0A] }
    bytes = all
  }

  private static func quoted(_ line: [UInt8]) -> [UInt8] {
    var all: [UInt8] = []
    var width = 0
    for (index, byte) in line.enumerated() {
      let isSpace = byte == 0x20 || byte == 0x09
      let isPlain = (byte > 0x20 && byte < 0x7F && byte != 0x3D) || (isSpace && index < line.count - 1)
      let piece = isPlain ? [byte] : Array("=".utf8) + hex(byte)
      // One place is kept for the sign that the line goes on.
      if width + piece.count > encodedLineMaximum - 1 {
        all += Array("=\r\n".utf8)
        width = 0
      }
      all += piece
      width += piece.count
    }
    return all
  }

  private static func hex(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
