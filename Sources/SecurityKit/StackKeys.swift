/// The secrets that all processes of a stack share.
package struct StackKeys: Sendable {
  /// A key that seals media addresses.
  package struct MediaKey: Sendable {
    /// Decimal digits.
    package let id: String
    package let key: HMACKey
  }

  package static let keyBytes = 32

  /// Seals the tokens between services.
  package let internalKey: HMACKey
  /// Chains the lines of audit logs.
  package let auditKey: HMACKey
  /// Oldest first, never empty: the newest seals, all of them verify.
  private let mediaKeys: [MediaKey]
  package let newestMediaKey: MediaKey

  /// The keys in `<home>/secrets/`, made there by whichever process comes first. The folder `home` must exist.
  /// Throws ``SecretFileError``.
  package init(home: String) throws {
    let folder = "\(home)/secrets"
    try SecretFile.makeFolder(folder)
    self.init(
      internalKey: try SecretFile.loadOrCreate("\(folder)/internal.key", count: Self.keyBytes),
      auditKey: try SecretFile.loadOrCreate("\(folder)/audit.key", count: Self.keyBytes),
      mediaKeys: try SecretFile.loadOrCreateSeries(folder, prefix: "media", count: Self.keyBytes))
  }

  /// Keys of this process alone.
  package static func ephemeral() -> StackKeys {
    StackKeys(
      internalKey: Sodium.randomBytes(keyBytes), auditKey: Sodium.randomBytes(keyBytes),
      mediaKeys: [(number: 1, bytes: Sodium.randomBytes(keyBytes))])
  }

  private init(internalKey: [UInt8], auditKey: [UInt8], mediaKeys: [(number: Int, bytes: [UInt8])]) {
    self.internalKey = HMACKey(internalKey)
    self.auditKey = HMACKey(auditKey)
    self.mediaKeys = mediaKeys.map { MediaKey(id: String($0.number), key: HMACKey($0.bytes)) }
    newestMediaKey = self.mediaKeys[self.mediaKeys.count - 1]
  }

  package func mediaKey(_ id: String) -> MediaKey? {
    mediaKeys.first { $0.id == id }
  }
}
