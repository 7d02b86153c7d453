import Contract
package import PlaybackAPI

/// Reads a heartbeat's body. What players send is a flat object of three known fields without escapes, and is read in
/// one pass; anything else goes to the strict decoder, so that every refusal is worded in one place.
package enum HeartbeatReader {
  /// Throws a ``Problem`` that names the field.
  package static func read(_ bytes: [UInt8]) throws -> Heartbeat {
    var scanner = Scanner(bytes: bytes)
    if let heartbeat = scanner.plainHeartbeat() { return heartbeat }
    return try JSON.decodeStrictly(Heartbeat.self, from: bytes)
  }

  /// Nil wherever the plain form is left, for whatever reason.
  private struct Scanner {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    mutating func plainHeartbeat() -> Heartbeat? {
      var (position, state, cmcd): (Double?, PlayerState?, String?) = (nil, nil, nil)
      guard take(UInt8(ascii: "{")) else { return nil }
      repeat {
        guard let key = string(), take(UInt8(ascii: ":")) else { return nil }
        if key.elementsEqual("positionSeconds".utf8), position == nil {
          position = number()
          guard position != nil else { return nil }
        } else if key.elementsEqual("state".utf8), state == nil {
          guard let text = string() else { return nil }
          state = PlayerState.allCases.first { $0.rawValue.utf8.elementsEqual(text) }
          guard state != nil else { return nil }
        } else if key.elementsEqual("cmcd".utf8), cmcd == nil {
          guard let text = string() else { return nil }
          cmcd = String(decoding: text, as: UTF8.self)
        } else {
          return nil
        }
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "}")), isAtEnd(), let position, let state else { return nil }
      return Heartbeat(positionSeconds: position, state: state, cmcd: cmcd)
    }

    private mutating func skipSpace() {
      while index < bytes.count, [32, 9, 10, 13].contains(bytes[index]) { index += 1 }
    }

    private mutating func isAtEnd() -> Bool {
      skipSpace()
      return index == bytes.count
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      skipSpace()
      guard index < bytes.count, bytes[index] == byte else { return false }
      index += 1
      return true
    }

    /// Printable ASCII without escapes.
    private mutating func string() -> ArraySlice<UInt8>? {
      guard take(UInt8(ascii: "\"")) else { return nil }
      let start = index
      while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
        guard (32...126).contains(bytes[index]), bytes[index] != UInt8(ascii: "\\") else { return nil }
        index += 1
      }
      guard index < bytes.count else { return nil }
      index += 1
      return bytes[start..<(index - 1)]
    }

    /// Up to 15 digits in all, so that one division gives the very number the decoder would.
    private mutating func number() -> Double? {
      skipSpace()
      let start = index
      guard let whole = digits(), start + 1 == index || bytes[start] != UInt8(ascii: "0") else { return nil }
      guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { return isAfterNumber() ? whole : nil }
      index += 1
      let decimals = index
      guard let fraction = digits(), isAfterNumber(), index - start <= 16 else { return nil }
      let scale = Self.powersOfTen[index - decimals]
      return (whole * scale + fraction) / scale
    }

    /// One to nine digits.
    private mutating func digits() -> Double? {
      let start = index
      var value = 0
      while index < bytes.count, (48...57).contains(bytes[index]) {
        guard index - start < 9 else { return nil }
        value = value * 10 + Int(bytes[index] - 48)
        index += 1
      }
      return index > start ? Double(value) : nil
    }

    private func isAfterNumber() -> Bool {
      index < bytes.count && [UInt8(ascii: ","), UInt8(ascii: "}"), 32, 9, 10, 13].contains(bytes[index])
    }

    private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  }
}
