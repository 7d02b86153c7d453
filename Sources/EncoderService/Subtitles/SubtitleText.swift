/// The words of a subtitle file, whatever their bytes stand for: UTF-8 or UTF-16 with or without a byte-order mark, and
/// Windows-1252 (of which Latin-1 is a part) where they are neither.
enum SubtitleText {
  static let limitBytes = 4 << 20

  static func decode(_ bytes: [UInt8]) -> String {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
    if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes.dropFirst(2), isBigEndian: false) }
    if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes.dropFirst(2), isBigEndian: true) }
    if let isBigEndian = utf16Order(bytes) { return utf16(bytes[...], isBigEndian: isBigEndian) }
    return String(validating: bytes, as: UTF8.self) ?? windows1252(bytes)
  }

  /// Digits, arrows and line ends make every other byte of a subtitle file in UTF-16 nothing.
  private static func utf16Order(_ bytes: [UInt8]) -> Bool? {
    let head = bytes.prefix(1024)
    guard head.count >= 8 else { return nil }
    var zeros = [0, 0]
    for (index, byte) in head.enumerated() where byte == 0 { zeros[index % 2] += 1 }
    let enough = head.count / 5
    if zeros[0] >= enough, zeros[1] == 0 { return true }
    return zeros[1] >= enough && zeros[0] == 0 ? false : nil
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> String {
    var units: [UInt16] = []
    for index in stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2) {
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      units.append(isBigEndian ? first << 8 | second : second << 8 | first)
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// From 0x80 to 0x9F, where it is not Latin-1.
  private static let special: [UInt16] = [
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
    0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0xFFFD, 0x017E, 0x0178,
  ]

  private static func windows1252(_ bytes: [UInt8]) -> String {
    let units = bytes.map { (0x80...0x9F).contains($0) ? special[Int($0) - 0x80] : UInt16($0) }
    return String(decoding: units, as: UTF16.self)
  }
}
