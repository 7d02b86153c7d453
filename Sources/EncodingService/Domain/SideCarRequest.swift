import EncodingAPI

/// What is asked for beside the film itself is found and well-formed, or refused by the name of its field.
enum SideCarRequest {
  static let mostSideCars = 50
  static let longestName = 80

  /// The files that `options.subtitles` names, in that order; `resolve` finds one, or says why not.
  static func files(
    of options: JobOptions?, resolve: (JobSource, _ field: String) throws -> SourceFile
  ) throws -> [SourceFile] {
    let sideCars = options?.subtitles ?? []
    guard sideCars.count <= mostSideCars else {
      throw EncodingError.option(field: "subtitles", "must have at most \(mostSideCars) entries")
    }
    return try sideCars.enumerated().map { index, sideCar in
      let field = "subtitles[\(index)]"
      guard LanguageTag.canonical(sideCar.language) != nil else {
        throw EncodingError.option(field: "\(field).language", "must be a language as BCP 47 has it, like de or pt-BR")
      }
      if let name = sideCar.name, !isPlain(name) {
        throw EncodingError.option(
          field: "\(field).name", "must have 1 to \(longestName) printable characters, none of \" < > & , = \\")
      }
      return try resolve(sideCar.source, "\(field).source")
    }
  }

  /// Names go into manifests and command lines.
  private static func isPlain(_ name: String) -> Bool {
    (1...longestName).contains(name.count)
      && name.unicodeScalars.allSatisfy { scalar in
        let category = scalar.properties.generalCategory
        return category != .control && category != .format && category != .lineSeparator
          && category != .paragraphSeparator && !"\"'<>&,=\\".unicodeScalars.contains(scalar)
      }
  }
}
