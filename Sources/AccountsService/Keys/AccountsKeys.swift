import SecurityKit

/// The secrets of accounts alone that stay, in files of its data folder that only it can read.
struct AccountsKeys: Sendable {
  /// Where they are.
  let folder: String
  /// Seals refresh tokens. Replacing `refresh.key` signs everybody out.
  let refreshKey: HMACKey
  /// Blinds what is kept of a sign-up that has an idempotency key, since it holds a password.
  let fingerprintKey: HMACKey
  /// Makes the links in mails.
  let linkKey: HMACKey
  /// Makes the salts of passwords. Hashes hold their salts, so replacing `salt.key` costs nobody the password.
  let saltKey: HMACKey

  /// Loads the keys, making those that are not there. Throws ``SecretFileError``.
  init(dataFolder: String) throws {
    folder = "\(dataFolder)/keys"
    try SecretFile.makeFolder(folder)
    let refresh = try SecretFile.loadOrCreate("\(folder)/refresh.key", count: 32)
    refreshKey = HMACKey(refresh)
    saltKey = HMACKey(try SecretFile.loadOrCreate("\(folder)/salt.key", count: 32))
    linkKey = HMACKey(Sodium.hmacSHA256(key: refresh, "link".utf8))
    fingerprintKey = HMACKey(Sodium.hmacSHA256(key: refresh, "fingerprint".utf8))
  }
}
