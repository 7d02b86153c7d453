import Contract
import Foundation
package import Logging

/// How log lines are written; setting `LOG_FORMAT`.
package enum LogFormat: String, Sendable, CaseIterable {
  /// For people: time, level, label, message, metadata.
  case text
  /// For machines: one JSON object a line.
  case json
}

/// Writes each log message as one line with one `write`, so that lines of threads and processes do not mix.
package struct LineLogHandler: LogHandler {
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  private let label: String
  private let format: LogFormat
  private let sink: @Sendable (String) -> Void

  /// - Parameter sink: takes a whole line with its newline; standard error unless told.
  package init(
    label: String, format: LogFormat, level: Logger.Level, sink: @escaping @Sendable (String) -> Void = standardError
  ) {
    self.label = label
    self.format = format
    self.sink = sink
    logLevel = level
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var pairs = metadata
    if let more = event.metadata { pairs.merge(more) { $1 } }
    let sorted = pairs.sorted { $0.key < $1.key }
    let time = WallClock.system.now().description
    switch format {
    case .text:
      var line = "\(time) \(event.level.rawValue.uppercased()) \(label): \(LogText.oneLine("\(event.message)"))"
      for (key, value) in sorted { line += " \(key)=\(LogText.readable("\(value)"))" }
      sink(line + "\n")
    case .json:
      var line = "{\"time\":\"\(time)\",\"level\":\"\(event.level.rawValue)\",\"label\":\(LogText.quoted(label))"
      line += ",\"message\":\(LogText.quoted("\(event.message)"))"
      for (key, value) in sorted { line += ",\(LogText.quoted(key)):\(LogText.quoted("\(value)"))" }
      sink(line + "}\n")
    }
  }
}

/// Standard error, one `write` a line; what cannot be written is dropped.
package let standardError: @Sendable (String) -> Void = { line in
  var line = line
  line.withUTF8 { bytes in
    _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
  }
}

enum LogText {
  /// Longest message or value that is written, in characters.
  private static let limit = 4096

  static func oneLine(_ text: String) -> String {
    let cut = text.utf8.count > limit ? String(text.prefix(limit)) + "…" : text
    return cut.utf8.contains { $0 < 32 } ? escaped(cut, quotes: false) : cut
  }

  /// The value as it is, or quoted where it holds a space or a quote.
  static func readable(_ value: String) -> String {
    value.utf8.contains { $0 <= 32 || $0 == 34 } || value.isEmpty ? quoted(value) : oneLine(value)
  }

  /// A JSON string.
  static func quoted(_ text: String) -> String {
    let cut = text.utf8.count > limit ? String(text.prefix(limit)) + "…" : text
    return "\"" + escaped(cut, quotes: true) + "\""
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"" where quotes: result += "\\\""
      case "\\" where quotes: result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 32:
        result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
