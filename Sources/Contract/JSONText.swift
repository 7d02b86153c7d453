/// Strings of JSON that is written by hand, where pages are put together faster than an encoder would.
package enum JSONText {
  /// Appends a JSON string (RFC 8259 §7): quotes, backslashes and control characters escaped, all else as it is.
  package static func append(_ text: String, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      var begun = 0
      for index in bytes.indices {
        let byte = bytes[index]
        let isQuoted = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
        guard isQuoted || byte < 0x20 else { continue }
        // Most strings have nothing to escape and are copied in one piece.
        json += bytes[begun..<index]
        if isQuoted {
          json += [UInt8(ascii: "\\"), byte]
        } else {
          json += #"\u00"#.utf8
          json += [hexDigit(byte >> 4), hexDigit(byte & 15)]
        }
        begun = index + 1
      }
      json += bytes[begun...]
    }
    json.append(UInt8(ascii: "\""))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}
