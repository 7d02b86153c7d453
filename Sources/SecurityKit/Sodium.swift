import CSodium

/// libsodium, initialised once per process before its first use. Everything here is safe to call from any thread.
package enum Sodium {
  /// Bytes of a SHA-256 digest and of an HMAC-SHA256.
  package static let digestBytes = 32

  /// Evaluated once, by whoever comes first. `sodium_init` fails only where the system has no source of randomness,
  /// and then nothing that follows may be trusted.
  private static let isReady: Bool = {
    precondition(sodium_init() >= 0, "libsodium cannot be initialised")
    return true
  }()

  /// Called first by everything in this module that reaches into libsodium.
  static func prepare() {
    _ = isReady
  }

  /// `count` unpredictable bytes.
  package static func randomBytes(_ count: Int) -> [UInt8] {
    prepare()
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      if let base = buffer.baseAddress { randombytes_buf(base, count) }
      initializedCount = count
    }
  }

  package static func sha256(_ message: some Sequence<UInt8>) -> [UInt8] {
    prepare()
    let bytes = Array(message)
    return digest { crypto_hash_sha256($0, bytes, UInt64(bytes.count)) }
  }

  /// HMAC-SHA256 (RFC 2104) under a key of any length. Where a key is used again, keep an ``HMACKey`` instead.
  package static func hmacSHA256(key: [UInt8], _ message: some Sequence<UInt8>) -> [UInt8] {
    HMACKey(key).authenticationCode(of: message)
  }

  /// Whether the bytes are the same, in a time that depends on their number alone.
  package static func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    prepare()
    return left.count == right.count && sodium_memcmp(left, right, left.count) == 0
  }

  static func digest(_ fill: (UnsafeMutablePointer<UInt8>) -> Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: digestBytes) { buffer, initializedCount in
      if let base = buffer.baseAddress { _ = fill(base) }
      initializedCount = digestBytes
    }
  }
}

/// A key of HMAC-SHA256 with its padded halves hashed beforehand, which saves two of a short message's six
/// compressions. Prints as `•••`.
package struct HMACKey: Sendable, CustomStringConvertible, CustomReflectable {
  private let start: crypto_auth_hmacsha256_state

  package init(_ key: [UInt8]) {
    Sodium.prepare()
    var state = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&state, key, key.count)
    start = state
  }

  /// 32 bytes.
  package func authenticationCode(of message: some Sequence<UInt8>) -> [UInt8] {
    var state = start
    let done: Void? = message.withContiguousStorageIfAvailable { bytes in
      _ = crypto_auth_hmacsha256_update(&state, bytes.baseAddress, UInt64(bytes.count))
    }
    if done == nil {
      let bytes = Array(message)
      crypto_auth_hmacsha256_update(&state, bytes, UInt64(bytes.count))
    }
    return Sodium.digest { crypto_auth_hmacsha256_final(&state, $0) }
  }

  package var description: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
