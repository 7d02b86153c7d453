/// How an asset's pictures and sound are encrypted. It is called encryption, never DRM: whoever may play the film is
/// given its key.
package enum EncryptionScheme: String, Codable, Sendable, CaseIterable {
  /// Whole segments, AES-128 in CBC mode (RFC 8216 section 4.3.2.4): HLS alone.
  case aes128
  /// Samples by pattern (ISO/IEC 23001-7 section 10.4), for HLS and DASH.
  case cbcs
}

/// 16 bytes that name a key, as 32 lower-case hexadecimal digits; no secret.
package struct ContentKeyID: Codable, Sendable, Hashable, CustomStringConvertible {
  package static let byteCount = 16
  package let bytes: [UInt8]

  /// Nil unless there are ``byteCount`` bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Nil unless the text is spelled as ``description`` does.
  package init?(_ text: some StringProtocol) {
    guard let bytes = HexBytes.bytes(text) else { return nil }
    self.init(bytes)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = ContentKeyID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not a key id of 32 digits")
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package var description: String { HexBytes.text(bytes) }
}

/// What opens one asset. It travels between playback, encoding and an encoder at work and is written down by playback
/// alone, sealed; printing it shows its id.
package struct ContentKey: Codable, Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  package static let byteCount = 16

  package let id: ContentKeyID
  package let scheme: EncryptionScheme
  private let digits: String

  /// Nil unless there are ``byteCount`` bytes.
  package init?(id: ContentKeyID, scheme: EncryptionScheme, bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.id = id
    self.scheme = scheme
    digits = HexBytes.text(bytes)
  }

  private enum CodingKeys: String, CodingKey {
    case id, scheme
    case digits = "key"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let digits = try container.decode(String.self, forKey: .digits)
    guard let bytes = HexBytes.bytes(digits), bytes.count == Self.byteCount else {
      throw DecodingError.dataCorruptedError(forKey: .digits, in: container, debugDescription: "is no key")
    }
    id = try container.decode(ContentKeyID.self, forKey: .id)
    scheme = try container.decode(EncryptionScheme.self, forKey: .scheme)
    self.digits = digits
  }

  /// The secret itself.
  package var bytes: [UInt8] { HexBytes.bytes(digits) ?? [] }

  package var description: String { "••• (\(id))" }
  package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
