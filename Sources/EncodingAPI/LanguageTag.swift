import Foundation

/// A language as players know it (BCP 47): `de`, `pt-BR`; `und` where it is not known.
package enum LanguageTag {
  package static let unknown = "und"
  package static let longest = 35

  /// ISO 639-2 has two codes for these; files use both, BCP 47 knows the other only.
  private static let bibliographic = [
    "alb": "sq", "arm": "hy", "baq": "eu", "bur": "my", "chi": "zh", "cze": "cs", "dut": "nl", "fre": "fr",
    "geo": "ka", "ger": "de", "gre": "el", "ice": "is", "mac": "mk", "mao": "mi", "may": "ms", "per": "fa",
    "rum": "ro", "slo": "sk", "tib": "bo", "wel": "cy",
  ]

  /// The shortest tag that says the same: `ger`, `deu` and `DE` are `de`, `en-us` is `en-US`; nil where `text` names
  /// no language.
  package static func canonical(_ text: String) -> String? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count <= longest, let first = parts.first, parts.count <= 3,
      parts.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isAlphanumeric) })
    else { return nil }
    let given = first.lowercased()
    let code = Locale.LanguageCode(bibliographic[given] ?? given)
    guard code.isISOLanguage, let short = code.identifier(.alpha2) ?? code.identifier(.alpha3) else { return nil }
    let rest = parts.dropFirst().map { part in
      // Regions in capitals, scripts with one, as is the custom.
      part.utf8.count == 4 ? part.capitalized : part.uppercased()
    }
    return ([short] + rest).joined(separator: "-")
  }

  /// The language by its own name, `Deutsch`; the tag itself where it has none.
  package static func autonym(_ tag: String) -> String {
    if tag == unknown { return "Unknown" }
    let name = Locale(identifier: tag).localizedString(forIdentifier: tag) ?? tag
    return name.prefix(1).uppercased() + name.dropFirst()
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }
}
