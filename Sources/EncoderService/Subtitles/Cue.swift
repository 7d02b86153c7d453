/// Words and when they are shown. Times in milliseconds from the film's first picture.
struct Cue: Sendable, Equatable {
  var start: Int
  var end: Int
  /// As WebVTT writes it: escaped, with `<b>`, `<i>` and `<u>` closed, no empty line.
  var text: String
  /// WebVTT cue settings that were understood, as `line:0 align:start`.
  var settings = ""
}

/// The cues of a file, with what was left out.
struct CueList: Sendable, Equatable {
  static let mostCues = 20_000
  static let mostNotes = 20

  private(set) var cues: [Cue] = []
  /// As `line 12: no words`.
  private(set) var notes: [String] = []
  private(set) var skippedCount = 0

  mutating func add(_ cue: Cue) { cues.append(cue) }

  mutating func skip(_ why: String, line: Int) {
    skippedCount += 1
    if notes.count < Self.mostNotes { notes.append("line \(line): \(why)") }
  }

  mutating func remark(_ note: String) {
    if notes.count < Self.mostNotes { notes.append(note) }
  }

  /// Moved by so many milliseconds and cut to the film: in order, none before its first picture or after its last.
  func placed(by shift: Int, until end: Int) -> CueList {
    var list = self
    list.cues = cues.map { cue in
      var moved = cue
      // Hostile numbers are bounded by the parser; these cannot overflow.
      moved.start = max(0, cue.start + shift)
      moved.end = min(end, cue.end + shift)
      return moved
    }.filter { $0.start < $0.end }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    let lost = cues.count - list.cues.count
    if lost > 0 { list.remark("\(lost) cues lie outside of the film") }
    return list
  }
}
