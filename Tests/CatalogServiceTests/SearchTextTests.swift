import Testing

@testable import CatalogService

@Suite struct SearchTextTests {
  @Test(
    "Words are compared without case, diacritics and apostrophes",
    arguments: [
      ("Fjölnir", ["fjolnir"]), ("ŁÓDŹ", ["lodz"]), ("Straße", ["strasse"]), ("Smørrebrød", ["smorrebrod"]),
      ("Don't Look Now", ["dont", "look", "now"]), ("Ça va?", ["ca", "va"]), ("İstanbul", ["istanbul"]),
      ("sci-fi", ["sci", "fi"]), ("M*A*S*H", ["m", "a", "s", "h"]), ("東京物語", ["東", "京", "物", "語"]),
      ("ﬁlm", ["film"]), ("１９８４", ["1984"]), ("🎬 🎥", []), ("", []), ("\"' OR 1=1 --", ["or", "1", "1"]),
    ])
  func foldsWords(text: String, words: [String]) {
    #expect(SearchText.words(text) == words)
  }

  @Test("The last word typed is a beginning, the others are whole")
  func endsInPrefix() {
    #expect(SearchPhrase("Night of the liv").expression == #"("night") AND ("of") AND ("the") AND ("liv" *)"#)
  }

  @Test("A phrase of any length is cut to twelve words of forty letters")
  func boundsPhrase() {
    let phrase = SearchPhrase(String(repeating: "ab ", count: 4000))
    #expect(phrase.words.count == SearchPhrase.wordsAtMost)
    #expect(SearchPhrase(String(repeating: "x", count: 10_000)).words == [String(repeating: "x", count: 40)])
  }
}

@Suite struct SpellingTests {
  @Test(
    "Edits are counted: wrong, missing, added and swapped letters",
    arguments: [
      ("sintel", "sintel", 0), ("sintle", "sintel", 1), ("sintl", "sintel", 1), ("sinttel", "sintel", 1),
      ("fintel", "sintel", 1), ("elefants", "elephants", 2), ("", "", 0),
    ])
  func countsEdits(typed: String, known: String, distance: Int) {
    #expect(Spelling.distance(typed, known, isUnfinished: false, atMost: 2) == distance)
  }

  @Test(
    "A word too far off is no correction",
    arguments: [("sintel", "sinatra"), ("blend", "blendernation"), ("abcdef", "a")])
  func refusesFarWords(typed: String, known: String) {
    #expect(Spelling.distance(typed, known, isUnfinished: false, atMost: 2) == nil)
  }

  @Test("An unfinished word is measured against the beginning of a known one")
  func measuresBeginnings() {
    #expect(Spelling.distance("nosfar", "nosferatu", isUnfinished: true, atMost: 1) == 1)
    #expect(Spelling.distance("nosfar", "nosferatu", isUnfinished: false, atMost: 1) == nil)
  }

  @Test("Trigrams mark where a word begins and ends")
  func marksEdges() {
    #expect(Spelling.trigrams("abc") == ["  a", " ab", "abc", "bc "])
  }
}
