/// What somebody typed into the search box, bounded and harmless: whatever was typed, it is only words.
struct SearchPhrase: Sendable, Hashable {
  /// What lies beyond is not read: nobody looks for more words at once.
  static let scalarsRead = 300
  static let wordsAtMost = 12
  static let wordScalarsAtMost = 40

  /// Folded; the last one may be unfinished.
  let words: [String]

  init(_ typed: String) {
    let read = String(String.UnicodeScalarView(typed.unicodeScalars.prefix(Self.scalarsRead)))
    words = SearchText.words(read, atMost: Self.wordsAtMost)
      .map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(Self.wordScalarsAtMost))) }
  }

  var isEmpty: Bool { words.isEmpty }
  var text: String { words.joined(separator: " ") }

  /// The FTS5 expression: all words, the last as a beginning.
  var expression: String {
    expression(corrections: [:])
  }

  /// As ``expression``, each word also found by any of its `corrections`.
  func expression(corrections: [String: [String]]) -> String {
    words.enumerated().map { index, word in
      let typed = index == words.count - 1 ? "\(Self.quoted(word)) *" : Self.quoted(word)
      return "(" + ([typed] + (corrections[word] ?? []).map(Self.quoted)).joined(separator: " OR ") + ")"
    }.joined(separator: " AND ")
  }

  /// An FTS5 string, in which nothing but a quote has a meaning.
  private static func quoted(_ word: String) -> String {
    "\"\(word.replacing("\"", with: "\"\""))\""
  }
}
