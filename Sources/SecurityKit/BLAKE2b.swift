import CSodium

/// BLAKE2b with 32 bytes (RFC 7693) of bytes that come in pieces: for telling whether large files are what they were,
/// at three times the speed of SHA-256.
package struct BLAKE2b: ~Copyable {
  // libsodium wants its state at an address that is a multiple of 64, which a stored property does not promise.
  private let memory: UnsafeMutableRawPointer

  package init() {
    Sodium.prepare()
    memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
    crypto_generichash_init(state, nil, 0, Sodium.digestBytes)
  }

  deinit { memory.deallocate() }

  private var state: OpaquePointer { OpaquePointer(memory) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    crypto_generichash_update(state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  /// 64 lower-case digits. The value is of no further use.
  package mutating func finishAsText() -> String {
    let digits = Array("0123456789abcdef".utf8)
    let hash = Sodium.digest { crypto_generichash_final(state, $0, Sodium.digestBytes) }
    return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
