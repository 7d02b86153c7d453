import Foundation

/// What the documents tell a reader to run, exists.
enum Documents {
  /// `deploy/…` commands in the code blocks of a document, with their verbs.
  static func commands(in file: RepositoryFile) -> [(path: String, verb: String?, line: Int)] {
    var isInBlock = false
    var found: [(path: String, verb: String?, line: Int)] = []
    for (index, line) in file.lines.enumerated() {
      if line.hasPrefix("```") {
        isInBlock.toggle()
      } else if isInBlock,
        let match = line.firstMatch(of: /(?:^|\s|\.\/)((?:deploy|fixtures|\.ci)\/[\w\/.-]+)(?:\s+([a-z-]+))?/)
      {
        found.append((String(match.1), match.2.map(String.init), index + 1))
      }
    }
    return found
  }

  /// A command exists if its file is executable and, for `deploy/stack`, if it knows the verb.
  static func violations(in file: RepositoryFile, repository: Repository) -> [Violation] {
    commands(in: file).compactMap { command in
      let path = repository.root.appending(path: command.path).path
      guard FileManager.default.isExecutableFile(atPath: path) else {
        return Violation(path: file.path, line: command.line, rule: "\(command.path) is not an executable file here")
      }
      if command.path == "deploy/stack", let verb = command.verb,
        repository.file("deploy/stack")?.text.contains(verb) == false
      {
        return Violation(path: file.path, line: command.line, rule: "deploy/stack knows no \(verb)")
      }
      return nil
    }
  }

  /// Relative links of a document point at something.
  static func brokenLinks(in file: RepositoryFile, repository: Repository) -> [Violation] {
    let folder = repository.root.appending(path: file.path).deletingLastPathComponent()
    return file.lines.enumerated().flatMap { index, line in
      line.matches(of: /\]\(([^)#\s]+)[^)]*\)/).compactMap { match in
        let target = String(match.1)
        guard !target.contains("://"), !target.hasPrefix("mailto:"),
          !FileManager.default.fileExists(atPath: folder.appending(path: target).path)
        else { return nil }
        return Violation(path: file.path, line: index + 1, rule: "the link to \(target) leads nowhere")
      }
    }
  }
}
