/// How near a typed word is to a known one.
enum Spelling {
  /// How many letters may be wrong, missing, too many or swapped in a word of that many scalars.
  static func allowance(length: Int) -> Int {
    switch length {
    case ...3: 0
    case 4...7: 1
    default: 2
    }
  }

  /// The three-letter pieces of `word`, its two edges marked, by which near words are found.
  static func trigrams(_ word: String) -> [String] {
    let scalars = Array("  \(word) ".unicodeScalars)
    var seen: Set<String> = []
    return (0...max(0, scalars.count - 3)).compactMap { start in
      let piece = String(String.UnicodeScalarView(scalars[start..<min(start + 3, scalars.count)]))
      return seen.insert(piece).inserted ? piece : nil
    }
  }

  /// Edits (insert, delete, replace, swap of neighbours: optimal string alignment) from `typed` to `known`;
  /// for an unfinished word to that beginning of `known` which is nearest. Nil beyond `bound`.
  static func distance(_ typed: String, _ known: String, isUnfinished: Bool, atMost bound: Int) -> Int? {
    let typed = Array(typed.unicodeScalars)
    let known = Array(known.unicodeScalars.prefix(typed.count + bound + (isUnfinished ? 0 : 1)))
    if abs(typed.count - known.count) > bound && !isUnfinished { return nil }
    var beforePrevious: [Int] = []
    var previous = Array(0...known.count)
    for row in typed.indices {
      var current = [row + 1]
      for column in known.indices {
        let replaced = previous[column] + (typed[row] == known[column] ? 0 : 1)
        var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, typed[row] == known[column - 1], typed[row - 1] == known[column] {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      (beforePrevious, previous) = (previous, current)
    }
    let distance = isUnfinished ? previous.min() ?? 0 : previous[known.count]
    return distance <= bound ? distance : nil
  }
}
