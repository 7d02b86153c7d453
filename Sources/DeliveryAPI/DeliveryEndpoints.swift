package import Contract

/// What delivery answers: bytes behind a signed prefix.
package enum DeliveryEndpoints {
  /// The token in the path authorises every file of one asset, so relative addresses in manifests inherit it.
  package static let media = Endpoint<MediaPath, Empty, Empty>(
    "delivery.media", .get, "/media/{token}/{asset}/{file*}", access: .open, status: 200,
    summary: "A manifest, segment, subtitle or image, with ranges.")

  package static let mediaHead = Endpoint<MediaPath, Empty, Empty>(
    "delivery.mediaHead", .head, "/media/{token}/{asset}/{file*}", access: .open, status: 200,
    summary: "The headers of the same.")

  /// Posters and backdrops are shown before anything plays, to whoever is signed in.
  package static let artwork = Endpoint<ArtworkPath, Empty, Empty>(
    "delivery.artwork", .get, "/artwork/{asset}/{file*}", access: .open, status: 200,
    summary: "A poster or backdrop of a published asset.")
}

package struct MediaPath: Codable, Sendable {
  package var token: String
  package var asset: AssetID
  package var file: String
}

package struct ArtworkPath: Codable, Sendable {
  package var asset: AssetID
  package var file: String
}
