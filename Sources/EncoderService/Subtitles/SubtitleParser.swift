/// Reads SRT and WebVTT, small and strict: what it does not understand it leaves out and names by line. It never fails
/// and never asks for more memory than the text has.
struct SubtitleParser: Sendable {
  private let lines: [Substring]
  private var list = CueList()
  private let isWebVTT: Bool

  /// No film is longer.
  static let latestMilliseconds = 48 * 3_600_000

  static func parse(_ text: String) -> CueList {
    var parser = SubtitleParser(text)
    parser.read()
    return parser.list
  }

  private init(_ text: String) {
    // Swift takes CRLF for one character, which is a newline too.
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
    isWebVTT = lines.first.map { $0 == "WEBVTT" || $0.hasPrefix("WEBVTT ") || $0.hasPrefix("WEBVTT\t") } ?? false
  }

  private mutating func read() {
    var index = 0
    // The header of WebVTT ends with an empty line.
    if isWebVTT { while index < lines.count, !isEmpty(index) { index += 1 } }
    while index < lines.count {
      guard !isEmpty(index) else {
        index += 1
        continue
      }
      let end = lines[index...].firstIndex { $0.allSatisfy(\.isWhitespace) } ?? lines.count
      readBlock(index..<end)
      index = end
    }
  }

  private func isEmpty(_ index: Int) -> Bool { lines[index].allSatisfy(\.isWhitespace) }

  private mutating func readBlock(_ block: Range<Int>) {
    if isWebVTT, Self.isNoCue(lines[block.lowerBound]) { return }
    // A cue's number or name may stand above its times.
    guard let place = block.prefix(2).first(where: { lines[$0].contains("-->") }) else {
      return list.skip("no times", line: block.lowerBound + 1)
    }
    guard let (start, end, rest) = Self.times(lines[place]) else {
      return list.skip("its times cannot be read", line: place + 1)
    }
    guard end > start else { return list.skip("it ends before it begins", line: place + 1) }
    let words = lines[(place + 1)..<block.upperBound].joined(separator: "\n")
    guard words.utf8.count <= CueMarkup.longestCue * 4, words.count <= CueMarkup.longestCue else {
      return list.skip("more than \(CueMarkup.longestCue) characters", line: place + 1)
    }
    let markup = CueMarkup(words)
    guard !markup.text.isEmpty else { return list.skip("no words", line: place + 1) }
    guard list.cues.count < CueList.mostCues else {
      return list.skip("a file has at most \(CueList.mostCues) cues", line: place + 1)
    }
    let settings = isWebVTT ? Self.settings(rest) : ""
    list.add(
      Cue(start: start, end: end, text: markup.text, settings: settings.isEmpty && markup.isAtTop ? "line:0" : settings)
    )
  }

  private static func isNoCue(_ line: Substring) -> Bool {
    ["NOTE", "STYLE", "REGION"].contains { line == $0 || line.hasPrefix("\($0) ") || line.hasPrefix("\($0)\t") }
  }

  // MARK: - Times and settings

  private static func times(_ line: Substring) -> (start: Int, end: Int, rest: Substring)? {
    guard let arrow = line.firstRange(of: "-->") else { return nil }
    let after = line[arrow.upperBound...].drop(while: \.isWhitespace)
    let second = after.prefix { !$0.isWhitespace }
    guard let start = milliseconds(line[..<arrow.lowerBound].filter { !$0.isWhitespace }[...]),
      let end = milliseconds(second)
    else { return nil }
    return (start, end, after.dropFirst(second.count))
  }

  /// `01:02:03,456`, `1:02:03.4`, `02:03.456`
  private static func milliseconds(_ text: Substring) -> Int? {
    let halves = text.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "." }
    guard (1...2).contains(halves.count) else { return nil }
    let fields = halves[0].split(separator: ":", omittingEmptySubsequences: false)
    let digits = halves.count == 2 ? halves[1] : "0"
    guard (2...3).contains(fields.count), (1...3).contains(digits.utf8.count), isDigits(digits),
      fields.allSatisfy({ (1...3).contains($0.utf8.count) && isDigits($0) })
    else { return nil }
    let numbers = fields.compactMap { Int($0) }
    guard numbers.dropFirst(numbers.count - 2).allSatisfy({ $0 < 60 }), let fraction = Int(digits) else { return nil }
    let scale = [100, 10, 1][digits.utf8.count - 1]
    let total = numbers.reduce(0) { $0 * 60 + $1 } * 1000 + fraction * scale
    return total <= latestMilliseconds ? total : nil
  }

  private static func isDigits(_ text: Substring) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }

  /// Those of `line`, `position`, `size` and `align` whose values are plain.
  private static func settings(_ text: Substring) -> String {
    text.split(whereSeparator: \.isWhitespace).prefix(6).filter { setting in
      setting.wholeMatch(of: /line:-?[0-9]{1,3}(\.[0-9]{1,3})?%?/) != nil
        || setting.wholeMatch(of: /(position|size):[0-9]{1,3}(\.[0-9]{1,3})?%/) != nil
        || setting.wholeMatch(of: /align:(start|center|end|left|right)/) != nil
    }.joined(separator: " ")
  }
}
