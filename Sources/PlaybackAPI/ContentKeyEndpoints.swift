package import Contract

/// Keys of encrypted assets: made for encoding, given to whoever may play.
package enum ContentKeyEndpoints {
  /// The same answer for the same asset, always; another scheme for it is refused.
  package static let make = Endpoint<ContentKeyAssetPath, NewContentKey, ContentKey>(
    "playback.makeContentKey", .put, "/internal/content-keys/{asset}", access: .service,
    summary: "The key of an asset to be encrypted, made where there is none.")

  /// 16 bytes, as HLS reads them (RFC 8216 section 4.3.2.4). The token in the path is the right to them, as long as
  /// its session plays.
  package static let key = Endpoint<ContentKeyPath, Empty, Empty>(
    "playback.contentKey", .get, "/media/{token}/{asset}/keys/{key}", access: .open, status: 200,
    summary: "The key of an encrypted asset, for HLS players.")

  /// The licence exchange of ClearKey (W3C Encrypted Media Extensions, section 9.1): the request's body is what the
  /// browser's key session says, the answer a JSON Web Key set.
  package static let licence = Endpoint<LicencePath, Empty, LicenceAnswer>(
    "playback.licence", .post, "/media/{token}/{asset}/keys", access: .open, bodyLimitBytes: 4096,
    summary: "The keys of an encrypted asset, for ClearKey.")
}

package struct ContentKeyAssetPath: Codable, Sendable {
  package var asset: AssetID

  package init(asset: AssetID) {
    self.asset = asset
  }
}

package struct NewContentKey: Codable, Sendable {
  package var scheme: EncryptionScheme

  package init(scheme: EncryptionScheme) {
    self.scheme = scheme
  }
}

package struct ContentKeyPath: Codable, Sendable {
  package var token: String
  package var asset: AssetID
  package var key: String
}

package struct LicencePath: Codable, Sendable {
  package var token: String
  package var asset: AssetID
}

/// What a browser asks; fields beyond these are let be.
package struct LicenceRequest: Codable, Sendable {
  /// Key ids in base64url.
  package var kids: [String]

  package init(kids: [String]) {
    self.kids = kids
  }
}

/// A JSON Web Key set (RFC 7517) of symmetric keys.
package struct LicenceAnswer: Codable, Sendable {
  package struct Key: Codable, Sendable {
    package var kty = "oct"
    /// Both base64url.
    package var kid: String
    package var k: String

    package init(kid: String, k: String) {
      self.kid = kid
      self.k = k
    }
  }

  package var keys: [Key]
  package var type = "temporary"

  package init(keys: [Key]) {
    self.keys = keys
  }
}
