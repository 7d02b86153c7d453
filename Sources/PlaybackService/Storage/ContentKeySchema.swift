import StorageKit

enum ContentKeySchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "keys of encrypted assets",
      """
      CREATE TABLE content_keys (
        asset_id TEXT NOT NULL PRIMARY KEY,
        key_id BLOB NOT NULL UNIQUE CHECK (length(key_id) = 16),
        scheme TEXT NOT NULL CHECK (scheme IN ('aes128', 'cbcs')),
        -- Sealed under keys/content.key, for this asset, key id and scheme alone.
        sealed_key BLOB NOT NULL CHECK (length(sealed_key) > 16),
        made_at INTEGER NOT NULL CHECK (made_at > 0),
        -- When another asset took this one's place in its title: no new session plays it from then on.
        replaced_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX content_keys_replaced ON content_keys (replaced_at) WHERE replaced_at IS NOT NULL;
      """)
  }
}
