import Foundation

/// How text is made comparable for search: the same on what is indexed and on what is typed.
enum SearchText {
  /// Letters without case or diacritics: `Fjölnir` is `fjolnir`, `Łódź` is `lodz`, `STRASSE` and `Straße` are one.
  static func folded(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.lowercased().decomposedStringWithCompatibilityMapping.unicodeScalars {
      if let plain = undecomposed[scalar] {
        folded.append(contentsOf: plain.unicodeScalars)
      } else if !isMark(scalar) {
        folded.append(scalar)
      }
    }
    return String(folded)
  }

  /// The folded words of `text`, in order: runs of letters and digits; an ideograph is a word of its own.
  static func words(_ text: String, atMost bound: Int = .max) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    func finishWord() {
      if !word.isEmpty { words.append(String(word)) }
      word = String.UnicodeScalarView()
    }
    for scalar in folded(text).unicodeScalars {
      if words.count >= bound { return words }
      if scalar.properties.isIdeographic {
        finishWord()
        words.append(String(scalar))
      } else if isWordPart(scalar) {
        word.append(scalar)
      } else if !apostrophes.contains(scalar) {
        // Apostrophes vanish, so that `dont` finds `Don't`.
        finishWord()
      }
    }
    finishWord()
    return Array(words.prefix(bound))
  }

  /// The words to find `text` by: also the parts of those with an apostrophe, so that `amelie` finds `d'Amélie`.
  static func indexedWords(_ text: String) -> [String] {
    let whole = words(text)
    guard text.unicodeScalars.contains(where: apostrophes.contains) else { return whole }
    let parted = String.UnicodeScalarView(text.unicodeScalars.map { apostrophes.contains($0) ? " " : $0 })
    let known = Set(whole)
    return whole + words(String(parted)).filter { !known.contains($0) }
  }

  private static let apostrophes: Set<Unicode.Scalar> = ["'", "\u{2019}"]

  /// Letters that Unicode does not decompose, as people type them who lack the key.
  private static let undecomposed: [Unicode.Scalar: String] = [
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i",
  ]

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: true
    default: false
    }
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
