import AccountsAPI
import SecurityKit

/// The secrets of accounts alone, in files of its data folder that only it can read.
struct AccountsKeys: Sendable {
  /// Signs access tokens; the newest of `signing-<number>.key`.
  let signingKey: SigningKey
  /// Every signing key's public half: tokens signed before a rotation stay good.
  let published: JSONWebKeySet
  /// Seals refresh tokens. Replacing `refresh.key` signs everybody out.
  let refreshKey: HMACKey
  /// Blinds what is kept of a sign-up that has an idempotency key, since it holds a password.
  let fingerprintKey: HMACKey
  /// Makes the links in mails.
  let linkKey: HMACKey

  /// Loads the keys, making those that are not there. Throws ``SecretFileError``.
  init(dataFolder: String) throws {
    let folder = "\(dataFolder)/keys"
    try SecretFile.makeFolder(folder)
    let seeds = try SecretFile.loadOrCreateSeries(folder, prefix: "signing", count: SigningKey.seedBytes)
    let keys = seeds.compactMap { SigningKey(seed: $0.bytes) }
    guard let newest = keys.last, keys.count == seeds.count else {
      throw SecretFileError.wrongSize(path: folder, expectedBytes: SigningKey.seedBytes)
    }
    signingKey = newest
    published = JSONWebKeySet(
      keys: keys.reversed().map { .init(kid: $0.verifyingKey.keyID, x: $0.verifyingKey.x) })
    let refresh = try SecretFile.loadOrCreate("\(folder)/refresh.key", count: 32)
    refreshKey = HMACKey(refresh)
    linkKey = HMACKey(Sodium.hmacSHA256(key: refresh, "link".utf8))
    fingerprintKey = HMACKey(Sodium.hmacSHA256(key: refresh, "fingerprint".utf8))
  }
}
