package import Contract

/// The keys of access tokens, as the machine's operator changes them.
package enum SigningKeyEndpoints {
  package static let rotate = Endpoint<Empty, Empty, SigningKeyRotation>(
    "accounts.rotateKeys", .post, "/internal/signing-keys/rotation", access: .service, status: 201,
    summary: "Make a new signing key: published at once, used when everybody can know it.")
}

package struct SigningKeyRotation: Codable, Sendable {
  /// The new key's `kid`.
  package var keyId: String
  package var signsFrom: Timestamp
  /// All that verify now, the new one included.
  package var publishedKeyIds: [String]

  package init(keyId: String, signsFrom: Timestamp, publishedKeyIds: [String]) {
    self.keyId = keyId
    self.signsFrom = signsFrom
    self.publishedKeyIds = publishedKeyIds
  }
}
