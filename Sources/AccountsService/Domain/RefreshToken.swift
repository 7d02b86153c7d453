import Contract
import SecurityKit

/// The opaque text by which a log-in session is kept: the session, which token of it this is, 256 secret bits, and a
/// seal that shows that we made it.
///
/// The database holds the hash of the newest token's secret and its number, no more; since an older token still bears
/// the seal, its use is noticed however long ago it was replaced, and a forged one never reaches the database.
struct RefreshToken: Sendable {
  /// Bytes of a secret.
  static let secretBytes = 32
  /// Longer texts are refused unread.
  static let maximumBytes = 256
  private static let sealBytes = 16

  let session: LoginSessionID
  /// 1 for the log-in's, then one more at each refresh.
  let generation: Int
  let secret: [UInt8]

  /// What is stored of it.
  var hash: [UInt8] { Sodium.sha256(secret) }

  /// The first of a session.
  init(first session: LoginSessionID, secret: [UInt8]) {
    self.init(session: session, generation: 1, secret: secret)
  }

  private init(session: LoginSessionID, generation: Int, secret: [UInt8]) {
    self.session = session
    self.generation = generation
    self.secret = secret
  }

  /// The one that replaces it: the same each time it is asked for, and not to be guessed without the key, so that a
  /// client whose answer was lost can ask again and nothing secret is stored.
  func successor(_ key: HMACKey) -> RefreshToken {
    let next = key.authenticationCode(of: Array("successor ".utf8) + named(generation + 1) + secret)
    return RefreshToken(session: session, generation: generation + 1, secret: next)
  }

  // MARK: - Text

  func text(_ key: HMACKey) -> String {
    "\(session).\(generation).\(Base64URL.encode(secret)).\(Base64URL.encode(seal(key)))"
  }

  /// Nil unless the text is a token made under `key`.
  init?(_ text: String, key: HMACKey) {
    guard text.utf8.count <= Self.maximumBytes else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, let session = LoginSessionID(String(parts[0])),
      let generation = Int(parts[1]), generation > 0, String(generation) == parts[1],
      let secret = Base64URL.decode(parts[2]), secret.count == Self.secretBytes,
      let seal = Base64URL.decode(parts[3])
    else { return nil }
    self.init(session: session, generation: generation, secret: secret)
    guard Sodium.constantTimeEquals(self.seal(key), seal) else { return nil }
  }

  private func seal(_ key: HMACKey) -> [UInt8] {
    Array(key.authenticationCode(of: Array("seal ".utf8) + named(generation) + secret).prefix(Self.sealBytes))
  }

  private func named(_ generation: Int) -> [UInt8] { Array("\(session) \(generation) ".utf8) }
}
