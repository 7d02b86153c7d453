/// Shipped migrations never change: the SQL of every schema is remembered in `migrations.txt` beside these checks.
enum Migrations {
  /// `<file> <ordinal> <checksum>`: each SQL text of the files that declare migrations, in the order it stands there.
  static func recorded(in files: [RepositoryFile]) -> [String] {
    files.filter { $0.path.contains("/Storage") || $0.target == "EventKit" }.filter { $0.text.contains("Migration(") }
      .flatMap { file in
        file.text.matches(of: /"""\n([\s\S]*?)"""/).filter { $0.1.contains(/CREATE|ALTER|DROP/) }.enumerated()
          .map { ordinal, match in "\(file.name) \(ordinal + 1) \(checksum(match.1))" }
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
