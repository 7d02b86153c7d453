package import Contract
package import SecurityKit
package import StorageKit

/// Gives an asset's key to whoever may fetch its bytes: the bearer of a media token whose session plays.
package struct GiveContentKey: Sendable {
  let contentKeys: ContentKeys
  let database: ServiceDatabase
  let keys: StackKeys
  let clock: WallClock

  package init(contentKeys: ContentKeys, database: ServiceDatabase, keys: StackKeys, clock: WallClock) {
    self.contentKeys = contentKeys
    self.database = database
    self.keys = keys
    self.clock = clock
  }

  /// Throws ``MediaTokenError``, ``PlaybackError/keySessionEnded``, ``PlaybackError/contentKeyNotFound``.
  package func key(of asset: AssetID, token: String) throws -> ContentKey {
    let now = clock.now()
    let verified = try MediaToken.verify(token[...], asset: asset, now: now, keys: keys)
    // The row itself, not what the others were told of it: ending a session ends its keys in the same
    // instant, and so does closing its title's window.
    guard try database.read({ try SessionStore.isOpen(verified.session, at: now, in: $0) }) else {
      throw PlaybackError.keySessionEnded
    }
    return try contentKeys.key(of: asset)
  }
}
