/// When and where a title may be shown. What is absent sets no bounds: always, everywhere.
package struct Availability: Codable, Sendable, Hashable {
  /// The first moment at which it may be shown.
  package var from: Timestamp?
  /// The first moment at which it may be shown no more.
  package var until: Timestamp?
  /// Where it may be shown; never empty.
  package var territories: [Territory]?

  package init(from: Timestamp? = nil, until: Timestamp? = nil, territories: [Territory]? = nil) {
    self.from = from
    self.until = until
    self.territories = territories
  }

  /// Always and everywhere.
  package static let unbounded = Availability()

  package func isOpen(at now: Timestamp) -> Bool {
    if let from, now < from { return false }
    if let until, now >= until { return false }
    return true
  }
}

/// A country or area that titles are licensed for: ISO 3166-1 alpha-2, such as `DE`.
package struct Territory: Sendable, Hashable {
  private let letters: UInt16

  /// Nil for anything but two upper-case letters.
  package init?(_ code: some StringProtocol) {
    let bytes = Array(code.utf8.prefix(3))
    guard bytes.count == 2, bytes.allSatisfy({ (65...90).contains($0) }) else { return nil }
    letters = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
  }
}

extension Territory: LosslessStringConvertible {
  package var description: String { String(decoding: [UInt8(letters >> 8), UInt8(letters & 0xFF)], as: UTF8.self) }
}

extension Territory: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let territory = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "must be two upper-case letters (ISO 3166-1)")
    }
    self = territory
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
