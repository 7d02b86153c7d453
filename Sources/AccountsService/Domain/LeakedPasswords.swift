import Foundation

/// The passwords that are guessed first, of those long enough to be chosen: ten thousand that leaked most often, and
/// what is no better. All folded.
enum LeakedPasswords {
  /// Nil where the file beside the program is missing; the service then does not start.
  private static let list: Set<Substring>? = {
    guard let url = Bundle.module.url(forResource: "common-passwords", withExtension: "txt", subdirectory: "Resources"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return nil }
    return Set(text.split(separator: "\n"))
  }()

  /// Throws ``LeakedPasswordsMissing``. Reads the list, so it is called before the first request.
  static func load() throws {
    guard let list, list.count > 1000 else { throw LeakedPasswordsMissing(folder: Bundle.module.bundlePath) }
  }

  /// - Parameter key: the password, folded.
  static func contains(_ key: String) -> Bool {
    list?.contains(Substring(key)) != false || Set(key.unicodeScalars).count == 1 || isRun(key)
  }

  /// `12345678`, `abcdefgh`, `87654321`: every character next to the one before.
  private static func isRun(_ key: String) -> Bool {
    let values = key.unicodeScalars.map { Int($0.value) }
    let steps = Set(zip(values, values.dropFirst()).map { $1 - $0 })
    return steps == [1] || steps == [-1]
  }
}

struct LeakedPasswordsMissing: Error, CustomStringConvertible {
  let folder: String

  var description: String { "the list of leaked passwords is missing beside the program: \(folder)" }
}
