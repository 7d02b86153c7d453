/// Parts of the Prometheus text format.
enum MetricText {
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  static func escapedHelp(_ help: String) -> String {
    help.contains { $0 == "\\" || $0 == "\n" } ? escaped(help, quote: false) : help
  }

  /// `{a="1",b="2"}`, or nothing where there are no labels.
  static func labels(
    _ names: [String], _ values: [String], also extra: (name: String, value: String)? = nil
  ) -> String {
    var pairs = zip(names, values).map { "\($0)=\"\(escaped($1, quote: true))\"" }
    if let extra { pairs.append("\(extra.name)=\"\(extra.value)\"") }
    return pairs.isEmpty ? "" : "{" + pairs.joined(separator: ",") + "}"
  }

  private static func escaped(_ text: String, quote: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quote: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
