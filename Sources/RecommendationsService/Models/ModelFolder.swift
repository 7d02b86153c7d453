import Foundation

/// The files of models, `NUMBER.model`; ``ModelFile`` puts each there whole or not at all.
struct ModelFolder: Sendable {
  private static let suffix = ".model"

  let path: String

  /// Makes the folder, and removes what a killed process did not finish.
  init(path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for name in try FileManager.default.contentsOfDirectory(atPath: path) where !name.hasSuffix(Self.suffix) {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  func file(of version: Int) -> String { "\(path)/\(version)\(Self.suffix)" }

  func remove(_ version: Int) throws {
    let file = file(of: version)
    if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
  }

  /// The versions that have a file.
  func versions() throws -> Set<Int> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: path).compactMap { name in
        name.hasSuffix(Self.suffix) ? Int(name.dropLast(Self.suffix.count)) : nil
      })
  }
}
