/// BCP 47 (RFC 5646), of the form language, script, region and variants.
enum LanguageTag {
  static let maximumCharacters = 35

  /// In the recommended case: `zh-hant-tw` becomes `zh-Hant-TW`.
  static func check(_ text: String) throws(UnacceptableValue) -> String {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count <= maximumCharacters, let language = parts.first, (2...3).contains(language.count),
      language.allSatisfy(\.isASCIILetter)
    else { throw UnacceptableValue("is not a language tag of BCP 47") }
    var tag = language.lowercased()
    for part in parts.dropFirst() {
      guard (2...8).contains(part.count), part.allSatisfy({ $0.isASCIILetter || ("0"..."9").contains($0) }) else {
        throw UnacceptableValue("is not a language tag of BCP 47")
      }
      let isAlphabetic = part.allSatisfy(\.isASCIILetter)
      tag += "-"
      switch part.count {
      case 2 where isAlphabetic: tag += part.uppercased()
      case 4 where isAlphabetic: tag += part.prefix(1).uppercased() + part.dropFirst().lowercased()
      default: tag += part.lowercased()
      }
    }
    return tag
  }
}

extension Character {
  fileprivate var isASCIILetter: Bool { isASCII && isLetter }
}
