import Foundation

/// Rules for the short texts that people type: names of accounts, profiles and devices.
enum Wording {
  /// `text` in Unicode's composed form (NFC) and without space around it: 1 to `maximum` characters, each of which
  /// can be seen.
  static func name(_ text: String, maximum: Int) throws(UnacceptableValue) -> String {
    // Composing an absurdly long text would be work for nothing.
    guard text.utf8.count <= maximum * 64 else { throw UnacceptableValue("has more than \(maximum) characters") }
    let name = composed(text).trimmingCharacters(in: .whitespacesAndNewlines)
    guard !name.isEmpty else { throw UnacceptableValue("must not be empty") }
    guard name.count <= maximum, name.unicodeScalars.count <= maximum * 8 else {
      throw UnacceptableValue("has more than \(maximum) characters")
    }
    guard name.unicodeScalars.allSatisfy(isVisible) else {
      throw UnacceptableValue("has characters that cannot be shown")
    }
    return name
  }

  /// What two spellings of one name or address have in common: composed and case-folded. Going by way of upper
  /// case makes `ß`, `ẞ` and `ss` one, as Unicode's full folding does.
  static func folded(_ text: String) -> String {
    composed(composed(text).lowercased().uppercased().lowercased())
  }

  static func composed(_ text: String) -> String {
    text.precomposedStringWithCanonicalMapping
  }

  /// Letters, marks, signs, spaces, emoji and the joiners inside them; no controls, no line breaks, and none of the
  /// marks that turn the direction of the text around them.
  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
    case .format: scalar == "\u{200D}" || scalar == "\u{200C}" || (0xE0020...0xE007F).contains(scalar.value)
    default: true
    }
  }
}
