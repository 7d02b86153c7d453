import Contract
import Testing

@Suite struct JSONTextTests {
  @Test(
    "A string written by hand reads as what it was, whatever is in it",
    arguments: [
      "", "plain", "\"", "\\", "a\"b\\c", "\u{0}\u{1}\u{1F}\n\t", "東京 🎬", "ends with \"", "\u{7F}\u{2028}",
      String(repeating: "long \"", count: 1000),
    ])
  func readsBack(text: String) throws {
    var json = Array("[".utf8)
    JSONText.append(text, to: &json)
    json += "]".utf8
    #expect(try JSON.decode([String].self, from: json) == [text])
  }

  @Test("Control characters are escaped as four digits, all else stays as short as it is")
  func escapes() {
    var json: [UInt8] = []
    JSONText.append("é/\u{1F}", to: &json)
    #expect(json == Array(#""é/\u001f""#.utf8))
  }
}
