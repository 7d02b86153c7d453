import CSodium

/// Encrypts short texts so that nobody reads or changes them without the key: XChaCha20-Poly1305
/// (draft-irtf-cfrg-xchacha-03), its 24 random nonce bytes before the ciphertext. Prints as `•••`.
package struct SealingKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  package static let byteCount = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
  private static let nonceBytes = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
  private static let tagBytes = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)

  /// To be kept; ``byteCount`` of them.
  package let bytes: [UInt8]

  /// Nil unless there are ``byteCount`` bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    Sodium.prepare()
    self.bytes = bytes
  }

  private init(random: Void) {
    bytes = Sodium.randomBytes(Self.byteCount)
  }

  package static func random() -> SealingKey { SealingKey(random: ()) }

  /// - Parameter context: what the text belongs to; it opens with the same alone, and is not part of the result.
  package func seal(_ text: [UInt8], for context: [UInt8]) -> [UInt8] {
    let nonce = Sodium.randomBytes(Self.nonceBytes)
    var ciphertext = [UInt8](repeating: 0, count: text.count + Self.tagBytes)
    var length: UInt64 = 0
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      &ciphertext, &length, text, UInt64(text.count), context, UInt64(context.count), nil, nonce, bytes)
    return nonce + ciphertext.prefix(Int(length))
  }

  /// Nil where it was sealed with another key or for another context, or has been changed.
  package func open(_ sealed: [UInt8], for context: [UInt8]) -> [UInt8]? {
    guard sealed.count >= Self.nonceBytes + Self.tagBytes else { return nil }
    let nonce = Array(sealed.prefix(Self.nonceBytes))
    let ciphertext = Array(sealed.dropFirst(Self.nonceBytes))
    var text = [UInt8](repeating: 0, count: max(1, ciphertext.count - Self.tagBytes))
    var length: UInt64 = 0
    let isOpened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      &text, &length, nil, ciphertext, UInt64(ciphertext.count), context, UInt64(context.count), nonce, bytes)
    return isOpened == 0 ? Array(text.prefix(Int(length))) : nil
  }

  package var description: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
