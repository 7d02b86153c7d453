/// Bounds on size: a file one can take in, a line one can read.
enum Measure {
  static let linesLimit = 300
  static let columnsLimit = 120

  static func violations(in files: [RepositoryFile]) -> [Violation] {
    files.flatMap { file -> [Violation] in
      var found: [Violation] = []
      if file.lines.count > linesLimit {
        found.append(
          Violation(
            path: file.path, line: linesLimit, rule: "\(file.lines.count) lines: look for the seam and split the file"))
      }
      for (index, line) in file.lines.enumerated() where line.count > columnsLimit {
        found.append(Violation(path: file.path, line: index + 1, rule: "over \(columnsLimit) columns: break the line"))
      }
      return found
    }
  }
}
