/// Names the entity an ``Identifier`` is of, and the prefix its text carries.
package protocol IdentifierTag: Sendable {
  /// Three lower-case letters, e.g. `prf` in `prf_01j…`.
  static var prefix: String { get }
}

/// An opaque, typed, time-ordered identifier: a UUIDv7 (RFC 9562) shown as `prefix_` and 26 characters
/// of Crockford base 32, so that text order is creation order.
package struct Identifier<Tag: IdentifierTag>: Hashable, Sendable, Comparable {
  private let high: UInt64
  private let low: UInt64

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A fresh identifier created at `time`.
  package init(at time: Timestamp, using generator: inout some RandomNumberGenerator) {
    let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
    let random = generator.next() as UInt64
    high = milliseconds << 16 | 0x7000 | random & 0x0FFF
    low = 0x8000_0000_0000_0000 | (generator.next() as UInt64) >> 2
  }

  /// A fresh identifier created at `time`, with randomness of the system.
  package init(at time: Timestamp) {
    var generator = SystemRandomNumberGenerator()
    self.init(at: time, using: &generator)
  }

  /// A stable identifier derived from `seed`, for fixtures that must be the same on every machine.
  package init(seed: String) {
    high = FNV1a.hash(seed.utf8) & ~0xF000 | 0x7000
    low = FNV1a.hash("\(seed)#".utf8) >> 2 | 0x8000_0000_0000_0000
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

// MARK: - Text

private let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

private let digitValues: [UInt8] = {
  var values = [UInt8](repeating: 0xFF, count: 256)
  for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
  return values
}()

extension Identifier: LosslessStringConvertible, CustomStringConvertible {
  private static var digits: Int { 26 }

  /// The prefixed text, e.g. `ttl_01hzy3v9k2r8m4c6d7e8f9g0h1`.
  package var description: String {
    let prefix = Tag.prefix.utf8
    return String(unsafeUninitializedCapacity: prefix.count + 1 + Self.digits) { buffer in
      var position = 0
      for byte in prefix {
        buffer[position] = byte
        position += 1
      }
      buffer[position] = UInt8(ascii: "_")
      // 26 digits of 5 bits hold 130: the first digit carries the top three.
      for index in 0..<Self.digits {
        let shift = (Self.digits - 1 - index) * 5
        buffer[position + 1 + index] = alphabet[Int(fiveBits(at: shift))]
      }
      return position + 1 + Self.digits
    }
  }

  private func fiveBits(at shift: Int) -> UInt64 {
    if shift >= 64 { return high >> UInt64(shift - 64) & 31 }
    let lower = low >> UInt64(shift)
    return (shift > 59 ? lower | high << UInt64(64 - shift) : lower) & 31
  }

  /// Parses the prefixed text; nothing but the exact canonical form is accepted.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    let prefix = Array(Tag.prefix.utf8)
    guard bytes.count == prefix.count + 1 + Self.digits, bytes.starts(with: prefix),
      bytes[prefix.count] == UInt8(ascii: "_")
    else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (index, byte) in bytes[(prefix.count + 1)...].enumerated() {
      let value = digitValues[Int(byte)]
      guard value != 0xFF, index > 0 || value < 8 else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(value)
    }
    self.init(high: high, low: low)
  }
}

extension Identifier: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let identifier = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "is not an identifier of the form \(Tag.prefix)_…")
    }
    self = identifier
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
