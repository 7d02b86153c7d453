import Foundation

/// A file of the repository as the checks read it.
struct RepositoryFile: Sendable {
  /// From the repository's root, e.g. `Sources/Contract/Event.swift`.
  let path: String
  let text: String

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  var name: String { String(path.split(separator: "/").last ?? "") }
  /// The folder under `Sources` or `Tests`.
  var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }
}

/// One breach of the house's rules, and what to do instead.
struct Violation: CustomStringConvertible, Sendable {
  let path: String
  let line: Int
  let rule: String

  var description: String { "\(path):\(line): \(rule)" }
}

/// The checkout these tests were built from.
struct Repository: Sendable {
  let root: URL

  static let current = Repository(
    root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent())

  func files(under folder: String, endingIn suffix: String) -> [RepositoryFile] {
    let base = root.appending(path: folder)
    guard let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
    var found: [RepositoryFile] = []
    for case let url as URL in walker where url.path.hasSuffix(suffix) {
      guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
      found.append(RepositoryFile(path: String(url.path.dropFirst(root.path.count + 1)), text: text))
    }
    return found.sorted { $0.path < $1.path }
  }

  func file(_ path: String) -> RepositoryFile? {
    guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else { return nil }
    return RepositoryFile(path: path, text: text)
  }

  var sources: [RepositoryFile] { files(under: "Sources", endingIn: ".swift") }
  var tests: [RepositoryFile] { files(under: "Tests", endingIn: ".swift") }
}

extension RepositoryFile {
  /// Every line that `pattern` matches, comments left out, as a violation.
  func violations(of pattern: some RegexComponent, rule: String) -> [Violation] {
    lines.enumerated().compactMap { index, line in
      let code = line.prefix(while: { $0 != "/" }).count == line.count ? line : line.withoutComment
      return code.contains(pattern) ? Violation(path: path, line: index + 1, rule: rule) : nil
    }
  }
}

extension Substring {
  /// The line up to a `//` that is not part of an address.
  fileprivate var withoutComment: Substring {
    guard let range = firstRange(of: "//"),
      range.lowerBound == startIndex || self[index(before: range.lowerBound)] != ":"
    else { return self }
    return self[..<range.lowerBound]
  }
}
