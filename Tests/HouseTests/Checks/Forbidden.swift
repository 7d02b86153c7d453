/// What is never written, with what is written instead.
enum Forbidden {
  static func violations(in files: [RepositoryFile]) -> [Violation] {
    files.flatMap { file -> [Violation] in
      let isKit = file.target.hasSuffix("Kit")
      var found: [Violation] = []
      found += file.violations(
        of: /\bTask\.detached\b/, rule: "no Task.detached: make it a child in a task group or a Service")
      found += file.violations(of: /\btry!/, rule: "no try!: throw or handle")
      found += file.violations(of: /\bas!/, rule: "no as!: bind with as? and say what happens otherwise")
      found += file.violations(of: /SELECT\s+\*/, rule: "no SELECT *: name the columns")
      found += file.violations(of: /\b(TODO|FIXME|XXX|HACK)\b/, rule: "no TODO on main: do it, or open an issue")
      found += file.violations(
        of: /nonisolated\(unsafe\)/, rule: "no global mutable state: pass it, or put it behind a Mutex")
      if !isKit {
        found += file.violations(
          of: /@unchecked Sendable/, rule: "@unchecked Sendable belongs to the C bindings, with its reason")
      }
      if file.path.contains("/Domain/") {
        found += file.violations(of: /\bDate\(\)|\.system\.now\(\)/, rule: "domain code takes the time as a parameter")
      }
      if file.target != "matinee" {
        found += file.violations(of: /(^|[^\w.])print\(/, rule: "no print outside the command line: log")
      }
      if let match = file.name.firstMatch(of: /(Manager|Helper|Util|Utils|Common|Misc)\w*\.swift$/) {
        found.append(
          Violation(path: file.path, line: 1, rule: "\(match.1) says nothing: name the file for what it holds"))
      }
      return found
    }
  }
}
