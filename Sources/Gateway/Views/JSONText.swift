/// Writes JSON by hand, where pages are spliced.
enum JSONText {
  static func append(_ text: String, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
      case 0..<32:
        json += #"\u00"#.utf8
        json += [hexDigit(byte >> 4), hexDigit(byte & 15)]
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }

  /// The end of every composed page: which services it had to do without.
  static func appendDegraded(_ services: [String], to json: inout [UInt8]) {
    json += #","degraded":["#.utf8
    json += services.map { "\"\($0)\"" }.joined(separator: ",").utf8
    json += "]}".utf8
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}
