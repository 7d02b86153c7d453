import CSodium
import Foundation

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

  /// Hashes `password` under a salt that is given, of ``saltBytes``: the same password, salt and cost give the same
  /// hash. Throws as the other does, and where the salt has another length.
  package init(password: [UInt8], salt: [UInt8], cost: Cost = .standard) throws(PasswordHashError) {
    Sodium.prepare()
    guard salt.count == Self.saltBytes else { throw .noMemory }
    var out = [UInt8](repeating: 0, count: 32)
    let characters = password.map(CChar.init(bitPattern:))
    let result = crypto_pwhash(
      &out, UInt64(out.count), characters, UInt64(characters.count), salt, UInt64(cost.passes), cost.memoryKiB * 1024,
      crypto_pwhash_alg_argon2id13())
    guard result == 0 else { throw .noMemory }
    text = "\(Self.head(salt: salt, cost: cost))$\(Self.base64(out))"
  }

  /// Bytes of a salt.
  package static let saltBytes = 16

  /// What hashes of one salt and cost have in common: all of the text but the hash itself.
  package static func head(salt: [UInt8], cost: Cost) -> String {
    "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=1$\(base64(salt))"
  }

  /// Of this one.
  package var head: String { String(text.prefix(upTo: text.lastIndex(of: "$") ?? text.startIndex)) }

  /// The hash of `password` under this one's salt and cost; nil where the text is of another make.
  package func remade(for password: [UInt8]) throws(PasswordHashError) -> PasswordHash? {
    guard let match = head.wholeMatch(of: /\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+\/]{22})/),
      let memoryKiB = Int(match.1), let passes = Int(match.2), let salt = Data(base64Encoded: "\(match.3)==")
    else { return nil }
    return try PasswordHash(password: password, salt: Array(salt), cost: Cost(memoryKiB: memoryKiB, passes: passes))
  }

  /// As the PHC format has it: without padding.
  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("=", with: "")
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
