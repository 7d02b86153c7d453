/// The 64-bit FNV-1a checksum: finds flipped bits, is no protection against an adversary.
package enum FNV1a {
  /// Inlined where it is called: over a file's bytes that is a hundred times as fast as over a sequence of any kind.
  @inlinable package static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
