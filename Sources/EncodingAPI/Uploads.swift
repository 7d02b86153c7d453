package import Contract

package struct Upload: Codable, Sendable, Hashable {
  package var id: UploadID
  package var bytes: Int
  /// Lower-case hexadecimal.
  package var sha256: String
  package var name: String?
  package var createdAt: Timestamp

  package init(id: UploadID, bytes: Int, sha256: String, name: String?, createdAt: Timestamp) {
    self.id = id
    self.bytes = bytes
    self.sha256 = sha256
    self.name = name
    self.createdAt = createdAt
  }
}
