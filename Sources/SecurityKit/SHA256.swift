import CSodium

/// SHA-256 of bytes that come in pieces, e.g. of a file too large for memory.
package struct SHA256: Sendable {
  private var state = crypto_hash_sha256_state()

  package init() {
    Sodium.prepare()
    crypto_hash_sha256_init(&state)
  }

  /// Goes on from ``midstate``; nil for what cannot be one.
  package init?(midstate bytes: [UInt8]) {
    guard bytes.count == Self.midstateBytes else { return nil }
    Sodium.prepare()
    let words = bytes.prefix(32)
    withUnsafeMutableBytes(of: &state.state) { target in
      for index in 0..<8 {
        let word = words.dropFirst(index * 4).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        target.storeBytes(of: word, toByteOffset: index * 4, as: UInt32.self)
      }
    }
    state.count = bytes[32..<40].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    withUnsafeMutableBytes(of: &state.buf) { $0.copyBytes(from: bytes[40...]) }
  }

  /// Where the hash has got to, to be kept and gone on from in another process: the eight words, the bits counted, and
  /// the bytes that wait for a whole block. Field by field and big-endian, so that it depends on SHA-256 alone, not on
  /// how libsodium lays out its public struct in memory.
  package var midstate: [UInt8] {
    let words = withUnsafeBytes(of: state.state) { source in
      (0..<8).flatMap { index in
        Self.bigEndian(UInt64(source.load(fromByteOffset: index * 4, as: UInt32.self)), bytes: 4)
      }
    }
    return words + Self.bigEndian(state.count, bytes: 8) + withUnsafeBytes(of: state.buf) { Array($0) }
  }

  private static let midstateBytes = 104

  private static func bigEndian(_ value: UInt64, bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (UInt64($0) * 8)) }
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    crypto_hash_sha256_update(&state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// 32 bytes. The value is of no further use.
  package mutating func finish() -> [UInt8] {
    Sodium.digest { crypto_hash_sha256_final(&state, $0) }
  }

  /// 64 lower-case digits.
  package mutating func finishAsText() -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
