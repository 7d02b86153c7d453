import CSodium

/// An Ed25519 key pair (RFC 8032). Prints as `•••`.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// Bytes of the seed that a key is kept as.
  package static let seedBytes = 32

  private let secret: [UInt8]
  package let verifyingKey: VerifyingKey

  /// The key made of `seed`; nil unless it has 32 bytes.
  package init?(seed: [UInt8]) {
    Sodium.prepare()
    guard seed.count == Self.seedBytes else { return nil }
    var publicBytes = [UInt8](repeating: 0, count: 32)
    var secret = [UInt8](repeating: 0, count: 64)
    guard crypto_sign_ed25519_seed_keypair(&publicBytes, &secret, seed) == 0,
      let verifyingKey = VerifyingKey(publicBytes)
    else { return nil }
    self.secret = secret
    self.verifyingKey = verifyingKey
  }

  /// 64 bytes.
  package func sign(_ message: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 64) { buffer, initializedCount in
      if let base = buffer.baseAddress {
        _ = crypto_sign_ed25519_detached(base, nil, message, UInt64(message.count), secret)
      }
      initializedCount = 64
    }
  }

  package var description: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The public half of a ``SigningKey``.
package struct VerifyingKey: Sendable, Hashable {
  package let bytes: [UInt8]
  /// The key's RFC 7638 thumbprint (RFC 8037 appendix A.3), which names it in tokens and in the key set.
  package let keyID: String

  /// Nil unless `bytes` are a point of the curve's main group: low-order keys verify anything.
  package init?(_ bytes: [UInt8]) {
    Sodium.prepare()
    guard bytes.count == 32, crypto_core_ed25519_is_valid_point(bytes) == 1 else { return nil }
    self.bytes = bytes
    let members = #"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.encode(bytes))"}"#
    keyID = Base64URL.encode(Sodium.sha256(members.utf8))
  }

  /// From the `x` member of a JSON Web Key.
  package init?(x: String) {
    guard let bytes = Base64URL.decode(x) else { return nil }
    self.init(bytes)
  }

  /// The `x` member of a JSON Web Key.
  package var x: String { Base64URL.encode(bytes) }

  /// libsodium refuses signatures that are not in their one canonical form.
  package func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
    signature.count == 64
      && crypto_sign_ed25519_verify_detached(signature, message, UInt64(message.count), bytes) == 0
  }
}
