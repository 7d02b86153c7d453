/// What must hold across files: event types are unique, endpoints are routed once and tested.
enum Contracts {
  struct DeclaredEndpoint: Sendable {
    let owner: String
    let property: String
    let name: String
    /// `/v1/titles/{title}`
    let template: String
    let path: String
    let line: Int
    var reference: String { "\(owner).\(property)" }
  }

  static func endpoints(in files: [RepositoryFile]) -> [DeclaredEndpoint] {
    let pattern = /enum (\w*Endpoints)\b/
    return files.flatMap { file -> [DeclaredEndpoint] in
      guard let owner = file.text.firstMatch(of: pattern) else { return [] }
      return file.text.matches(of: /static let (\w+)\s*=\s*Endpoint<[^(]*>\(\s*"([\w.]+)",\s*\.\w+,\s*"([^"]+)"/).map {
        match in
        let line = file.text[..<match.range.lowerBound].count { $0 == "\n" } + 1
        return DeclaredEndpoint(
          owner: String(owner.1), property: String(match.1), name: String(match.2), template: String(match.3),
          path: file.path, line: line)
      }
    }
  }

  static func duplicateNames(in files: [RepositoryFile]) -> [Violation] {
    duplicates(endpoints(in: files).map { ($0.name, $0.path, $0.line) }, what: "endpoint name")
  }

  static func duplicateEventTypes(in files: [RepositoryFile]) -> [Violation] {
    let declared = files.filter { $0.target.hasSuffix("API") }.flatMap { file in
      file.lines.enumerated().compactMap { index, line in
        line.firstMatch(of: /static let type = "([^"]+)"/).map { (String($0.1), file.path, index + 1) }
      }
    }
    return duplicates(declared, what: "event type")
      + declared.filter { $0.0.wholeMatch(of: /[a-z]+\.[a-z-]+\.[a-z-]+\.v[0-9]+/) == nil }
      .map { Violation(path: $0.1, line: $0.2, rule: "\($0.0) is not <service>.<noun>.<past participle>.v<N>") }
  }

  /// Event types without the file of what was shipped, and files of types that are gone: those are still in the logs
  /// of buses and outboxes, and read for a release after their end.
  static func goldenEvents(in sources: [RepositoryFile], golden: [RepositoryFile]) -> [Violation] {
    let declared = sources.filter { $0.target.hasSuffix("API") }.flatMap { file in
      file.text.matches(of: /static let type = "([^"]+)"/).map { (type: String($0.1), path: file.path) }
    }
    let kept = golden.filter { $0.path.contains("/Golden/") }
    let missing = declared.filter { event in !kept.contains { $0.name == "\(event.type).json" } }
    let left = kept.filter { file in !declared.contains { "\($0.type).json" == file.name } }
    return missing.map {
      Violation(path: $0.path, line: 1, rule: "\($0.type) has no golden file: Tests/<service>/Golden/\($0.type).json")
    } + left.map { Violation(path: $0.path, line: 1, rule: "no event is of this type any more: keep reading it") }
  }

  /// What operators do is written down by every service that keeps anything.
  static func unaudited(in files: [RepositoryFile]) -> [Violation] {
    files.filter { $0.name.hasSuffix("Module.swift") && $0.path.hasPrefix("Sources/") }.filter { file in
      file.text.contains("ServiceDatabase(") && !file.text.contains(".keepAuditLog(")
    }.map { Violation(path: $0.path, line: 1, rule: "a service with a database calls parts.keepAuditLog(context)") }
  }

  static func unrouted(in files: [RepositoryFile]) -> [Violation] {
    let routes = files.filter { !$0.target.hasSuffix("API") }.map(\.text)
    return endpoints(in: files).filter { endpoint in
      !routes.contains { isRouted(endpoint, in: $0) }
    }.map { Violation(path: $0.path, line: $0.line, rule: "\($0.reference) is declared but no service routes it") }
  }

  static func untested(in sources: [RepositoryFile], tests: [RepositoryFile]) -> [Violation] {
    let texts = tests.filter { $0.target != "HouseTests" }.map(\.text)
    return endpoints(in: sources).filter { endpoint in
      !texts.contains { $0.contains(endpoint.reference) || isAddressed(endpoint, in: $0) }
    }.map { Violation(path: $0.path, line: $0.line, rule: "no test calls \($0.reference)") }
  }

  /// Its path is written out, with something in the place of each parameter.
  private static func isAddressed(_ endpoint: DeclaredEndpoint, in text: String) -> Bool {
    let pattern = endpoint.template.split(separator: "/").map { part in
      part.hasPrefix("{")
        ? (part.hasSuffix("*}") ? #"[^\s"]+"# : #"[^/\s"?]+"#) : String(part).replacing(".", with: #"\."#)
    }.joined(separator: "/")
    guard let regex = try? Regex("[\"\\)/]/?\(pattern)[\"?]") else { return false }
    return endpoint.template != "/" && text.contains(regex)
  }

  /// `routes.on(X.y` in any of its forms, however the line is broken.
  private static func isRouted(_ endpoint: DeclaredEndpoint, in text: String) -> Bool {
    text.ranges(of: endpoint.reference).contains { range in
      let after = text[range.upperBound...].first ?? " "
      let before = text[..<range.lowerBound].suffix(80)
      return !after.isLetter && !after.isNumber && before.contains(/(?:^|\W)(on|answer|raw|open)\(\s*$/)
    }
  }

  private static func duplicates(_ declared: [(name: String, path: String, line: Int)], what: String) -> [Violation] {
    Dictionary(grouping: declared, by: \.name).values.filter { $0.count > 1 }.flatMap { group in
      group.map { Violation(path: $0.path, line: $0.line, rule: "\(what) \($0.name) is declared \(group.count) times") }
    }
  }
}
