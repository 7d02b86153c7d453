import Synchronization

/// Reads settings by name: the environment wins over the file, the file over the default.
///
/// Names are given without their `MATINEE_` prefix. Everything that is read is remembered for ``report``, and is
/// what makes a name known (``refuseUnknown(besides:)``).
package struct SettingsReader: Sendable {
  package static let prefix = "MATINEE_"

  private let environment: [String: String]
  private let file: [String: String]
  private let log = ReadLog()

  /// - Parameters:
  ///   - environment: names with the prefix; others are not looked at.
  ///   - file: as ``SettingsFile`` reads it, names with the prefix.
  package init(environment: [String: String], file: [String: String] = [:]) {
    self.environment = environment
    self.file = file
  }

  package func integer(
    _ name: String, default fallback: Int, in bounds: ClosedRange<Int>
  ) throws(SettingsError) -> Int {
    try read(name, "\(fallback)", must: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)") { text in
      Int(text).flatMap { bounds.contains($0) ? $0 : nil }
    }
  }

  package func double(
    _ name: String, default fallback: Double, in bounds: ClosedRange<Double>
  ) throws(SettingsError) -> Double {
    try read(name, "\(fallback)", must: "a number from \(bounds.lowerBound) to \(bounds.upperBound)") { text in
      Double(text).flatMap { bounds.contains($0) ? $0 : nil }
    }
  }

  package func boolean(_ name: String, default fallback: Bool) throws(SettingsError) -> Bool {
    try read(name, "\(fallback)", must: "true or false") { text in
      switch text.lowercased() {
      case "true", "yes", "on", "1": true
      case "false", "no", "off", "0": false
      default: nil
      }
    }
  }

  package func text(_ name: String, default fallback: String) throws(SettingsError) -> String {
    try read(name, fallback, must: "at most \(Self.longestText) characters on one line") { text in
      text.count <= Self.longestText && !text.contains(where: \.isNewline) ? text : nil
    }
  }

  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, default fallback: Choice
  ) throws(SettingsError) -> Choice where Choice.RawValue == String {
    let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try read(name, fallback.rawValue, must: "one of \(choices)") { Choice(rawValue: $0) }
  }

  /// A value that is never shown; nil where it is not set. An empty one is refused.
  package func secret(_ name: String) throws(SettingsError) -> Secret? {
    let (value, source) = lookUp(name)
    log.note(Self.prefix + name, value == nil ? "(not set)" : "•••", source)
    guard let value else { return nil }
    guard !value.isEmpty else {
      throw .unacceptable(name: Self.prefix + name, value: "", bounds: "not empty", source: source)
    }
    return Secret(Array(value.utf8))
  }

  /// Everything read so far by any copy of this reader, by name; secrets are redacted.
  package var report: [(name: String, value: String, source: String)] { log.entries }

  private static let longestText = 4096

  private func read<Value>(
    _ name: String, _ fallback: String, must bounds: String, _ parse: (String) -> Value?
  ) throws(SettingsError) -> Value {
    let (found, source) = lookUp(name)
    let text = found ?? fallback
    log.note(Self.prefix + name, text, source)
    guard let value = parse(text) else {
      throw .unacceptable(name: Self.prefix + name, value: text, bounds: bounds, source: source)
    }
    return value
  }

  private func lookUp(_ name: String) -> (value: String?, source: String) {
    let full = Self.prefix + name
    if let value = environment[full] { return (value, "environment") }
    if let value = file[full] { return (value, "file") }
    return (nil, "default")
  }
}

// MARK: - Typing errors

extension SettingsReader {
  /// Throws where the file sets a name that nothing has read.
  ///
  /// - Parameter elsewhere: says of a name (without the prefix) that some other process of the stack reads it.
  package func refuseUnknown(besides elsewhere: (String) -> Bool = { _ in false }) throws(SettingsError) {
    if let name = unknown(in: file, elsewhere).first {
      throw .unknown(name: name, nearest: nearest(to: name), source: "file")
    }
  }

  /// The environment's unread names, to be warned of: others may share the environment.
  package func unknownInEnvironment(besides elsewhere: (String) -> Bool = { _ in false }) -> [SettingsError] {
    unknown(in: environment, elsewhere).map { .unknown(name: $0, nearest: nearest(to: $0), source: "environment") }
  }

  private func unknown(in values: [String: String], _ elsewhere: (String) -> Bool) -> [String] {
    let known = Set(log.entries.map(\.name))
    return values.keys.filter { name in
      name.hasPrefix(Self.prefix) && !known.contains(name) && !elsewhere(String(name.dropFirst(Self.prefix.count)))
    }.sorted()
  }

  /// The known name within three edits of `name`, or nil.
  private func nearest(to name: String) -> String? {
    let distances = log.entries.map { (name: $0.name, edits: Self.edits($0.name, name)) }
    return distances.filter { $0.edits <= 3 }.min { $0.edits < $1.edits }?.name
  }

  /// Levenshtein distance.
  private static func edits(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, byte) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in right.indices {
        let substituted = diagonal + (byte == right[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}

/// What was read, shared by all copies of a reader.
private final class ReadLog: Sendable {
  private let values = Mutex<[String: (value: String, source: String)]>([:])

  func note(_ name: String, _ value: String, _ source: String) {
    values.withLock { $0[name] = (value, source) }
  }

  var entries: [(name: String, value: String, source: String)] {
    values.withLock { values in
      values.map { ($0.key, $0.value.value, $0.value.source) }.sorted { $0.0 < $1.0 }
    }
  }
}
