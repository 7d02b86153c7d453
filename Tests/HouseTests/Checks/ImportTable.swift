/// Which files may import what. Technology stays in the one place that knows it, and services stay blind to each other.
enum ImportTable {
  private static let owners: [(module: String, places: @Sendable (RepositoryFile) -> Bool, instead: String)] = [
    ("GRDB", { $0.target == "StorageKit" }, "speak to SQLSession"),
    ("CCurl", { $0.target == "ClientKit" }, "call through a typed client over Transport"),
    ("CLapack", { $0.target == "RecommenderKit" }, "use RecommenderKit's models"),
    ("CSodium", { $0.target == "SecurityKit" }, "use SecurityKit's primitives"),
    ("Hummingbird", { $0.target == "ServerKit" }, "register endpoints with ServerKit's Routes"),
    ("HummingbirdCore", { $0.target == "ServerKit" }, "register endpoints with ServerKit's Routes"),
    ("NIOHTTP1", { $0.target == "ServerKit" || $0.path.hasPrefix("Tests/") }, "use ServerKit or ClientKit"),
    ("ArgumentParser", { $0.target == "matinee" }, "take parameters; the command line belongs to the executable"),
    ("StorageKit", { $0.target != "Gateway" && !$0.target.hasSuffix("API") }, "keep nothing durable here"),
  ]

  static func violations(in files: [RepositoryFile]) -> [Violation] {
    files.flatMap { file in
      file.imports.compactMap { module, line in
        if let owner = owners.first(where: { $0.module == module && !$0.places(file) }) {
          return Violation(path: file.path, line: line, rule: "\(module) is not imported here: \(owner.instead)")
        }
        if let rule = neighbourRule(file, importing: module) {
          return Violation(path: file.path, line: line, rule: rule)
        }
        return nil
      }
    }
  }

  private static func neighbourRule(_ file: RepositoryFile, importing module: String) -> String? {
    guard file.path.hasPrefix("Sources/") else { return nil }
    let isService = module.hasSuffix("Service") || module == "Gateway"
    if isService, file.target != "matinee", file.target != module {
      return "a service never imports another's module: ask over HTTP or listen to its events"
    }
    if file.target.hasSuffix("Kit"), module.hasSuffix("API") {
      return "kits know no service: move what both need into Contract"
    }
    if file.target.hasSuffix("API"), !["Contract", "Foundation", "FoundationEssentials"].contains(module) {
      return "contracts import Contract and Foundation only"
    }
    if file.target == "Contract", !["Foundation", "FoundationEssentials", "Synchronization"].contains(module) {
      return "Contract imports Foundation only"
    }
    return nil
  }
}

extension RepositoryFile {
  var imports: [(module: String, line: Int)] {
    lines.enumerated().compactMap { index, line in
      guard line.contains("import ") else { return nil }
      guard
        let match = line.firstMatch(
          of: /^(?:@\w+(?:\([^)]*\))? )*(?:(?:package|internal|private|fileprivate|public) )?import (?:\w+ )?(\w+)/)
      else { return nil }
      return (String(match.1), index + 1)
    }
  }
}
