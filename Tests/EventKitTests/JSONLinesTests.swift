import EventKit
import Testing

@Suite("JSON lines")
struct JSONLinesTests {
  @Test(
    "Lines come apart as they were joined, with or without a last line break",
    arguments: [[], ["a"], ["a", "bc", "d"], [String(repeating: "x", count: 5000), "y"]])
  func roundTrip(_ lines: [String]) {
    let bytes = lines.map { Array($0.utf8) }
    let joined = JSONLines.join(bytes)
    #expect(JSONLines.split(joined) == bytes)
    #expect(JSONLines.split(Array(joined.dropLast())) == bytes)
  }

  @Test("Empty lines are left out")
  func emptyLines() {
    #expect(JSONLines.split(Array("\n\na\n\nb".utf8)) == [Array("a".utf8), Array("b".utf8)])
  }
}
