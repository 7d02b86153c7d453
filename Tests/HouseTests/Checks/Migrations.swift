/// Shipped migrations never change: their text is remembered in `migrations.txt` beside these checks.
enum Migrations {
  /// `<file> <number> <name> <checksum>`
  static func recorded(in files: [RepositoryFile]) -> [String] {
    files.filter { $0.name.hasSuffix("Schema.swift") }.flatMap { file in
      file.text.matches(of: /Migration\(\s*([^,]+),\s*"([^"]+)",\s*"""\n([\s\S]*?)"""/).map { match in
        "\(file.name) \(match.1.trimmed) \(match.2) \(checksum(match.3))"
      }
    }
  }

  static func violations(shipped: [String], now: [String]) -> [String] {
    let shippedKeys = Dictionary(grouping: shipped, by: key)
    return now.compactMap { line in
      guard let known = shippedKeys[key(line)]?.first else {
        return "new migration: append to Tests/HouseTests/migrations.txt:\n\(line)"
      }
      return known == line
        ? nil : "a shipped migration changed: restore it and add a new one\n  was \(known)\n  is  \(line)"
    } + shipped.filter { line in !now.contains { key($0) == key(line) } }.map { "a shipped migration is gone: \($0)" }
  }

  private static func key(_ line: String) -> String { line.split(separator: " ").prefix(2).joined(separator: " ") }

  private static func checksum(_ text: Substring) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return String(
      words.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 16)
  }
}

extension Substring {
  fileprivate var trimmed: String { filter { !$0.isWhitespace } }
}
