/// SHA-1 (FIPS 180-4), since every tus server must know it: a sum against damage on the way, which nobody's safety
/// rests on. libsodium has none, as it is broken for everything else.
struct SHA1: Sendable {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
  )
  private var pending: [UInt8] = []
  private var bytes: UInt64 = 0

  private static let blockBytes = 64

  mutating func update(_ more: UnsafeRawBufferPointer) {
    bytes += UInt64(more.count)
    var rest = more[...]
    if !pending.isEmpty {
      let taken = rest.prefix(Self.blockBytes - pending.count)
      pending += taken
      rest = rest[taken.endIndex...]
      guard pending.count == Self.blockBytes else { return }
      pending.withUnsafeBytes { Self.mix($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    while rest.count >= Self.blockBytes {
      Self.mix(UnsafeRawBufferPointer(rebasing: rest.prefix(Self.blockBytes)), into: &state)
      rest = rest.dropFirst(Self.blockBytes)
    }
    pending += rest
  }

  /// 20 bytes. The value is of no further use.
  mutating func finish() -> [UInt8] {
    let bits = bytes &* 8
    var padding: [UInt8] = [0x80]
    padding += [UInt8](repeating: 0, count: (Self.blockBytes + 55 - Int(bytes % 64)) % Self.blockBytes)
    padding += (0..<8).reversed().map { UInt8(truncatingIfNeeded: bits >> (UInt64($0) * 8)) }
    padding.withUnsafeBytes { update($0) }
    return [state.0, state.1, state.2, state.3, state.4].flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  private static func mix(
    _ block: UnsafeRawBufferPointer, into state: inout (UInt32, UInt32, UInt32, UInt32, UInt32)
  ) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
      for index in 0..<16 {
        words[index] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      }
      for index in 16..<80 {
        let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
        words[index] = rotated(mixed, 1)
      }
      var (a, b, c, d, e) = state
      for index in 0..<80 {
        let (choice, constant): (UInt32, UInt32) =
          switch index {
          case ..<20: ((b & c) | (~b & d), 0x5A82_7999)
          case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
          case ..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = rotated(a, 5) &+ choice &+ e &+ constant &+ words[index]
        (a, b, c, d, e) = (next, a, rotated(b, 30), c, d)
      }
      state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
    }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
