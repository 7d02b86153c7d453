import Foundation

/// `matinee.conf`: one `MATINEE_NAME=value` a line; empty lines and lines that begin with `#` say nothing.
package enum SettingsFile {
  /// Largest file that is read, in bytes.
  package static let limitBytes = 256 * 1024

  /// The settings of the file at `path`; none where there is no file.
  package static func read(at path: String) throws(SettingsError) -> [String: String] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    guard let data = FileManager.default.contents(atPath: path), data.count <= limitBytes else {
      throw .unreadableFile(path: path, reason: "it may not be read, or is over \(limitBytes) bytes")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .unreadableFile(path: path, reason: "it is not UTF-8")
    }
    return try parse(text, source: path)
  }

  /// Reads the lines of `text`; a value may stand in double quotes, which are dropped.
  package static func parse(_ text: String, source: String) throws(SettingsError) -> [String: String] {
    var settings: [String: String] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      let sides = trimmed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = sides[0].trimmingCharacters(in: .whitespaces)
      guard sides.count == 2, name.hasPrefix(SettingsReader.prefix), name.utf8.allSatisfy(isNameByte) else {
        // Only the name is shown: the value may be a secret.
        throw .unreadableLine(number: index + 1, text: String(name.prefix(60)), source: source)
      }
      guard settings[name] == nil else {
        throw .unacceptable(name: name, value: "…", bounds: "given once", source: "\(source), line \(index + 1)")
      }
      settings[name] = unquoted(sides[1].trimmingCharacters(in: .whitespaces))
    }
    return settings
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (48...57).contains(byte) || byte == 95
  }

  private static func unquoted(_ value: String) -> String {
    value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
      ? String(value.dropFirst().dropLast()) : value
  }
}
