/// Why a process refuses to start: which setting, what it holds, and what it may hold.
package enum SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// `value` is outside `bounds`, or is not of the setting's kind.
  case unacceptable(name: String, value: String, bounds: String, source: String)
  /// The file sets a name that nothing reads; `nearest` is the likely meaning.
  case unknown(name: String, nearest: String?, source: String)
  /// A line of the file is not `MATINEE_NAME=value`.
  case unreadableLine(number: Int, text: String, source: String)
  case unreadableFile(path: String, reason: String)

  package var description: String {
    switch self {
    case .unacceptable(let name, let value, let bounds, let source):
      "\(name) is \"\(value)\" (\(source)); it must be \(bounds)"
    case .unknown(let name, let nearest, let source):
      "\(name) (\(source)) is not a setting" + (nearest.map { "; did you mean \($0)?" } ?? "")
    case .unreadableLine(let number, let text, let source):
      "line \(number) of \(source) is \"\(text)\"; it must be MATINEE_NAME=value, a # comment, or empty"
    case .unreadableFile(let path, let reason):
      "\(path) cannot be read: \(reason)"
    }
  }
}
