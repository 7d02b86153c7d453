package import Contract

/// What a job may ask for; ``EncryptionScheme`` with a word for none.
package enum JobEncryption: String, Codable, Sendable, CaseIterable {
  case none, aes128, cbcs

  package var scheme: EncryptionScheme? { EncryptionScheme(rawValue: rawValue) }
}
