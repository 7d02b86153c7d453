package import ConfigKit

/// Every setting of delivery, once. Names carry the prefix `MATINEE_DELIVERY_`.
package struct DeliverySettings: Sendable {
  /// How much of a file is read and handed to the connection at once, in KiB.
  package let chunkKibibytes: Int
  /// How long players may keep a manifest, in seconds: a progressively published asset grows.
  package let manifestSeconds: Int
  /// How long browsers may keep a poster, in seconds.
  package let artworkSeconds: Int
  /// The most ended sessions that are remembered; beyond it those whose tokens expire first are forgotten.
  package let endedSessionsLimit: Int

  package init(_ reader: SettingsReader) throws {
    chunkKibibytes = try reader.integer("DELIVERY_CHUNK_KIBIBYTES", default: 256, in: 4...4096)
    manifestSeconds = try reader.integer("DELIVERY_MANIFEST_SECONDS", default: 5, in: 0...3600)
    artworkSeconds = try reader.integer("DELIVERY_ARTWORK_SECONDS", default: 86_400, in: 0...31_536_000)
    endedSessionsLimit = try reader.integer("DELIVERY_ENDED_SESSIONS_LIMIT", default: 200_000, in: 100...5_000_000)
  }
}
