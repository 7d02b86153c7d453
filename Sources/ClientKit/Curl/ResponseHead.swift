/// The header lines of an answer, read from their raw bytes.
enum ResponseHead {
  /// Lines that speak of one connection, or of a framing libcurl has undone.
  private static let dropped: Set<String> = ["connection", "keep-alive", "transfer-encoding"]

  /// Names lower-cased, values without surrounding blanks; the status line is skipped.
  static func headers(of raw: [UInt8]) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    headers.reserveCapacity(12)
    for line in raw.split(separator: UInt8(ascii: "\n")).dropFirst() {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { continue }
      let name = String(decoding: line[..<colon].lazy.map(lowercased), as: UTF8.self)
      if dropped.contains(name) { continue }
      headers.append((name, String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)))
    }
    return headers
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    return bytes
  }
}
