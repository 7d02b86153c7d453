import CSodium

/// A password kept as Argon2id (RFC 9106), in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
///
/// Making or checking one takes tens of milliseconds of a core and the cost's memory: never on Swift's thread pool.
package struct PasswordHash: Sendable, Hashable {
  /// What one guess costs. The default is OWASP's smallest recommendation: 19 MiB, two passes, one lane.
  package struct Cost: Sendable, Hashable {
    package var memoryKiB: Int
    package var passes: Int

    package init(memoryKiB: Int, passes: Int) {
      self.memoryKiB = memoryKiB
      self.passes = passes
    }

    package static let standard = Cost(memoryKiB: 19 * 1024, passes: 2)
  }

  /// The PHC string.
  package let text: String

  /// One that was kept.
  package init(text: String) {
    self.text = text
  }

  /// Hashes `password` under a fresh salt. Throws ``PasswordHashError/noMemory`` where the cost's memory is not to
  /// be had or its figures are outside Argon2's bounds.
  package init(password: [UInt8], cost: Cost = .standard) throws(PasswordHashError) {
    Sodium.prepare()
    var out = [CChar](repeating: 0, count: Int(crypto_pwhash_strbytes()))
    let characters = password.map(CChar.init(bitPattern:))
    let result = crypto_pwhash_str(
      &out, characters, UInt64(characters.count), UInt64(cost.passes), cost.memoryKiB * 1024)
    guard result == 0 else { throw .noMemory }
    text = String(decoding: out.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether this is the hash of `password`, at the cost it was made with.
  package func matches(_ password: [UInt8]) -> Bool {
    Sodium.prepare()
    guard let phc = padded else { return false }
    let characters = password.map(CChar.init(bitPattern:))
    return crypto_pwhash_str_verify(phc, characters, UInt64(characters.count)) == 0
  }

  /// Whether it was made at another cost, so that the next log-in should replace it.
  package func needsRehash(for cost: Cost = .standard) -> Bool {
    Sodium.prepare()
    guard let phc = padded else { return true }
    return crypto_pwhash_str_needs_rehash(phc, UInt64(cost.passes), cost.memoryKiB * 1024) != 0
  }

  /// libsodium reads a buffer of fixed size.
  private var padded: [CChar]? {
    let size = Int(crypto_pwhash_strbytes())
    let bytes = text.utf8.map(CChar.init(bitPattern:))
    guard bytes.count < size else { return nil }
    return bytes + [CChar](repeating: 0, count: size - bytes.count)
  }
}

package enum PasswordHashError: Error, Sendable {
  case noMemory
}
