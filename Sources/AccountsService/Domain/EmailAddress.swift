import Foundation

/// An e-mail address as its owner wrote it, and the key by which it is compared.
///
/// The grammar is RFC 5321's dot-string with RFC 6531's letters beyond ASCII; quoted local parts and address literals
/// are refused, as nobody signs up with one on purpose.
struct EmailAddress: Sendable, Hashable {
  static let maximumBytes = 254

  /// Composed, without space around it.
  let text: String
  /// Case-folded: strictly a local part is case-sensitive, but no provider in use treats it so, and two accounts that
  /// differ by case alone would be a trap.
  let key: String

  init(_ input: String) throws(UnacceptableValue) {
    guard input.utf8.count <= 4 * Self.maximumBytes else { throw Self.tooLong }
    let text = Wording.composed(input).trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.utf8.count <= Self.maximumBytes else { throw Self.tooLong }
    let sides = text.split(separator: "@", omittingEmptySubsequences: false)
    guard sides.count == 2, Self.isLocalPart(sides[0]), Self.isDomain(sides[1]) else {
      throw UnacceptableValue("is not an e-mail address")
    }
    self.text = text
    key = Wording.folded(text)
  }

  /// One that was kept.
  init(stored text: String, key: String) {
    self.text = text
    self.key = key
  }

  /// The part before the @, case-folded.
  var localKey: String { String(key.prefix { $0 != "@" }) }

  private static let tooLong = UnacceptableValue("is longer than \(maximumBytes) bytes")

  private static func isLocalPart(_ text: Substring) -> Bool {
    guard (1...64).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
      !atom.isEmpty && atom.unicodeScalars.allSatisfy { isLetterOrDigit($0) || signs.contains($0) }
    }
  }

  /// What RFC 5322 lets stand in an atom besides letters and digits.
  private static let signs = Set("!#$%&'*+-/=?^_`{|}~".unicodeScalars)

  private static func isDomain(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2 && labels.last?.allSatisfy(\.isWholeNumber) == false
      && labels.allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.unicodeScalars.allSatisfy { isLetterOrDigit($0) || $0 == "-" }
      }
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .nonspacingMark, .spacingMark:
      return true
    default: return false
    }
  }
}
