package import Contract
package import StorageKit

/// A content key as it is kept.
package struct SealedContentKey: Sendable, Equatable {
  package let id: ContentKeyID
  package let scheme: EncryptionScheme
  package let sealed: [UInt8]

  package init(id: ContentKeyID, scheme: EncryptionScheme, sealed: [UInt8]) {
    self.id = id
    self.scheme = scheme
    self.sealed = sealed
  }
}

/// All SQL about the keys of encrypted assets.
package enum ContentKeyStore {
  package static func key(of asset: AssetID, in db: SQLSession) throws -> SealedContentKey? {
    try db.first("SELECT key_id, scheme, sealed_key FROM content_keys WHERE asset_id = ?", asset) { row in
      guard let id = ContentKeyID(row.blob(0)) else { return nil }
      return SealedContentKey(id: id, scheme: try row.choice(1), sealed: row.blob(2))
    } ?? nil
  }

  package static func insert(
    _ key: SealedContentKey, of asset: AssetID, at now: Timestamp, in db: SQLSession
  ) throws {
    try db.execute(
      "INSERT INTO content_keys (asset_id, key_id, scheme, sealed_key, made_at) VALUES (?, ?, ?, ?, ?)",
      asset, key.id.bytes, key.scheme, key.sealed, now)
  }

  /// A title plays `asset` from now on, and no longer what it played before.
  package static func note(
    _ asset: AssetID?, inPlaceOf before: AssetID?, at now: Timestamp, in db: SQLSession
  ) throws {
    guard asset != before, let asset else { return }
    try db.execute("UPDATE content_keys SET replaced_at = NULL WHERE asset_id = ?", asset)
    guard let before else { return }
    try db.execute("UPDATE content_keys SET replaced_at = ? WHERE asset_id = ?", now, before)
  }

  /// Forgets at most `limit` keys of assets that were replaced before `moment` (index content_keys_replaced).
  package static func prune(replacedBefore moment: Timestamp, limit: Int, in db: SQLSession) throws -> Int {
    try db.execute(
      """
      DELETE FROM content_keys WHERE asset_id IN (
        SELECT asset_id FROM content_keys WHERE replaced_at < ? ORDER BY replaced_at LIMIT ?)
      """, moment, limit)
  }
}

extension EncryptionScheme: SQLValue {}
