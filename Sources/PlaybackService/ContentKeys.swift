package import Contract
package import SecurityKit
package import StorageKit

/// Makes the keys of encrypted assets, keeps them sealed, and opens them for who may have them.
package struct ContentKeys: Sendable {
  let database: ServiceDatabase
  let sealingKey: SealingKey
  let clock: WallClock

  package init(database: ServiceDatabase, sealingKey: SealingKey, clock: WallClock) {
    self.database = database
    self.sealingKey = sealingKey
    self.clock = clock
  }

  /// The key's file in playback's folder. Without it no encrypted asset can be played again.
  package static func sealingKey(dataFolder: String) throws -> SealingKey {
    let folder = "\(dataFolder)/keys"
    try SecretFile.makeFolder(folder)
    let bytes = try SecretFile.loadOrCreate("\(folder)/content.key", count: SealingKey.byteCount)
    guard let key = SealingKey(bytes) else {
      throw SecretFileError.wrongSize(path: "\(folder)/content.key", expectedBytes: SealingKey.byteCount)
    }
    return key
  }

  /// The asset's key, made where it has none. Throws ``PlaybackError/encryptedOtherwise(_:)`` where it has one for
  /// another scheme.
  package func makeOrFind(for asset: AssetID, scheme: EncryptionScheme) async throws -> ContentKey {
    guard let id = ContentKeyID(Sodium.randomBytes(ContentKeyID.byteCount)) else {
      throw PlaybackError.contentKeyNotFound
    }
    let secret = Sodium.randomBytes(ContentKey.byteCount)
    let made = SealedContentKey(
      id: id, scheme: scheme, sealed: sealingKey.seal(secret, for: Self.context(asset, id, scheme)))
    let now = clock.now()
    let kept = try await database.write { db in
      if let known = try ContentKeyStore.key(of: asset, in: db) { return known }
      try ContentKeyStore.insert(made, of: asset, at: now, in: db)
      return made
    }
    guard kept.scheme == scheme else { throw PlaybackError.encryptedOtherwise(kept.scheme) }
    return try open(kept, of: asset)
  }

  /// Throws ``PlaybackError/contentKeyNotFound`` where the asset has none, or has lost it.
  package func key(of asset: AssetID) throws -> ContentKey {
    guard let kept = try database.read({ try ContentKeyStore.key(of: asset, in: $0) }) else {
      throw PlaybackError.contentKeyNotFound
    }
    return try open(kept, of: asset)
  }

  private func open(_ kept: SealedContentKey, of asset: AssetID) throws -> ContentKey {
    guard let bytes = sealingKey.open(kept.sealed, for: Self.context(asset, kept.id, kept.scheme)),
      let key = ContentKey(id: kept.id, scheme: kept.scheme, bytes: bytes)
    else { throw ContentKeyFault(asset: asset) }
    return key
  }

  /// A row moved to another asset opens nothing.
  private static func context(_ asset: AssetID, _ id: ContentKeyID, _ scheme: EncryptionScheme) -> [UInt8] {
    Array("content-key \(asset) \(id) \(scheme.rawValue)".utf8)
  }
}

/// `content.key` is another than the one the asset's key was sealed with, or the row was changed.
struct ContentKeyFault: Error {
  var asset: AssetID
}
