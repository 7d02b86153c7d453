import SecurityKit

/// The code a television shows: eight consonants without Y, which make no words and are not taken for digits or for
/// each other (RFC 8628 section 6.1). Some 34 bits, good for minutes, guesses at it counted.
struct UserCode: Sendable, Hashable {
  static let letterCount = 8
  private static let letters = Array("BCDFGHJKLMNPQRSTVWXZ".utf8)

  /// Without the hyphen: what is kept.
  let text: String

  /// As it is shown.
  var shown: String { "\(text.prefix(4))-\(text.dropFirst(4))" }

  static func random() -> UserCode {
    // Bytes beyond the largest multiple of twenty would make some letters likelier than others.
    var chosen: [UInt8] = []
    while chosen.count < letterCount {
      chosen += Sodium.randomBytes(16).filter { $0 < 240 }.map { letters[Int($0) % letters.count] }
    }
    return UserCode(text: String(decoding: chosen.prefix(letterCount), as: UTF8.self))
  }

  private init(text: String) {
    self.text = text
  }

  /// As somebody typed it: in any case, with hyphens and spaces anywhere.
  init(typed: String) throws(UnacceptableValue) {
    guard typed.utf8.count <= 64, typed.utf8.allSatisfy({ $0 < 128 }) else { throw Self.malformed }
    let text = typed.uppercased().filter { $0 != "-" && $0 != " " }
    guard text.utf8.count == Self.letterCount, text.utf8.allSatisfy(Self.letters.contains) else { throw Self.malformed }
    self.text = text
  }

  private static let malformed = UnacceptableValue("is not a code of \(letterCount) letters")
}
