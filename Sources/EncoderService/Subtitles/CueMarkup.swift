/// The markup of one cue, brought down to what is wanted: bold, italic and underlined, properly nested and closed.
/// Every other tag goes, every other `<`, `>` and `&` is escaped: nothing of a stranger's file becomes a page's markup.
struct CueMarkup: Sendable {
  static let longestCue = 2000
  private static let kept: Set = ["b", "i", "u"]

  private(set) var text = ""
  /// `{\an8}` and its like ask for the top of the picture.
  private(set) var isAtTop = false

  init(_ source: String) {
    var open: [String] = []
    var hasWords = false
    var rest = Self.withoutControls(source)[...]
    while let character = rest.first {
      if let (name, isClosing, length) = Self.tag(rest) {
        rest = rest.dropFirst(length)
        guard Self.kept.contains(name) else { continue }
        if !isClosing {
          open.append(name)
          text += "<\(name)>"
        } else if let place = open.lastIndex(of: name) {
          for inner in open[place...].reversed() { text += "</\(inner)>" }
          open.removeSubrange(place...)
        }
      } else if let (override, length) = Self.override(rest) {
        rest = rest.dropFirst(length)
        if override.contains("\\an7") || override.contains("\\an8") || override.contains("\\an9") { isAtTop = true }
      } else if let (entity, length) = Self.entity(rest) {
        rest = rest.dropFirst(length)
        text += entity
        hasWords = true
      } else {
        rest = rest.dropFirst()
        text += Self.escaped(character)
        hasWords = hasWords || !character.isWhitespace
      }
    }
    for name in open.reversed() { text += "</\(name)>" }
    text = hasWords ? Self.trimmed(text) : ""
  }

  /// Without an empty line, which would end the cue, and without spaces around lines.
  private static func trimmed(_ text: String) -> String {
    text.split(separator: "\n").map { line in
      line.split(separator: " ").joined(separator: " ")
    }.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func withoutControls(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 || $0 == "\n" || $0 == "\t" }
          .map { $0 == "\t" ? " " : $0 }))
  }

  /// `<b>`, `</i>`, `<font color=red>`: the name in lower case. A `<` that nothing closes on its line is no tag.
  private static func tag(_ text: Substring) -> (name: String, isClosing: Bool, length: Int)? {
    guard text.first == "<" else { return nil }
    let inside = text.dropFirst().prefix { $0 != ">" && $0 != "<" && $0 != "\n" }
    guard text.dropFirst(inside.count + 1).first == ">" else { return nil }
    let isClosing = inside.first == "/"
    let word = inside.drop { $0 == "/" }
    guard let initial = word.first, initial.isASCII, initial.isLetter || initial.isNumber else { return nil }
    return (word.prefix { $0.isLetter || $0.isNumber }.lowercased(), isClosing, inside.count + 2)
  }

  /// `{\an8}`
  private static func override(_ text: Substring) -> (words: Substring, length: Int)? {
    guard text.hasPrefix("{\\") else { return nil }
    let inside = text.dropFirst().prefix { $0 != "}" && $0 != "\n" }
    guard text.dropFirst(inside.count + 1).first == "}" else { return nil }
    return (inside, inside.count + 2)
  }

  /// What is escaped already stays so once.
  private static func entity(_ text: Substring) -> (entity: String, length: Int)? {
    for entity in ["&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"] where text.hasPrefix(entity) {
      return (entity, entity.count)
    }
    return nil
  }

  private static func escaped(_ character: Character) -> String {
    switch character {
    case "<": "&lt;"
    case ">": "&gt;"
    case "&": "&amp;"
    default: String(character)
    }
  }
}
